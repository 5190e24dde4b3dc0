// Clients lost upwards, and downwards the work that ran on for them: one bar for each five seconds.
import { count, time } from "./view.js";

const PER_BAR = 5;
const WIDTH = 600;
const MIDDLE = 50;
const svgElement = (name, attributes) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

export class Chart {
  constructor(svg, caption) {
    this.svg = svg;
    this.caption = caption;
    this.first = 0; // the number of the oldest sample
    this.lost = [];
    this.ranOn = [];
    this.length = 300;
    this.pointed = null;
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${2 * MIDDLE}`);
    svg.addEventListener("pointermove", event => {
      const box = svg.getBoundingClientRect();
      this.pointed = Math.floor((event.clientX - box.left) / box.width * this.length / PER_BAR);
      this.tell();
    });
    svg.addEventListener("pointerleave", () => { this.pointed = null; this.tell(); });
  }

  begin(history) {
    this.length = history.length;
    this.lost = history.lost;
    this.ranOn = history.ran_on_ms;
    this.first = 0;
    this.draw();
  }

  add(sample) {
    this.lost.push(sample.lost);
    this.ranOn.push(sample.ran_on_ms);
    while (this.lost.length > this.length) {
      this.lost.shift();
      this.ranOn.shift();
      this.first++;
    }
    this.draw();
  }

  // Bars keep their samples as they move, so that none changes its height on the way.
  bars(values) {
    const bars = new Array(this.length / PER_BAR).fill(0);
    const newest = Math.floor((this.first + values.length - 1) / PER_BAR);
    values.forEach((value, i) => {
      const bar = bars.length - 1 - (newest - Math.floor((this.first + i) / PER_BAR));
      if (bar >= 0) bars[bar] += value;
    });
    return bars;
  }

  draw() {
    this.lostBars = this.bars(this.lost);
    this.ranOnBars = this.bars(this.ranOn);
    const step = WIDTH / this.lostBars.length;
    const path = (bars, scale, up) => {
      const most = Math.max(scale, ...bars);
      return bars.map((value, i) => {
        if (value === 0) return "";
        const height = Math.max(1.5, value / most * (MIDDLE - 2));
        const y = up ? MIDDLE - 1 - height : MIDDLE + 1;
        return `M${(i * step + 1).toFixed(1)} ${y.toFixed(1)}h${(step - 2).toFixed(1)}v${height.toFixed(1)}h${(2 - step).toFixed(1)}z`;
      }).join("");
    };
    this.svg.replaceChildren(
      svgElement("path", { class: "lost", d: path(this.lostBars, 4, true) }),
      svgElement("path", { class: "ran-on", d: path(this.ranOnBars, 1000, false) }),
      svgElement("line", { class: "axis", x1: 0, x2: WIDTH, y1: MIDDLE, y2: MIDDLE }));
    this.tell();
  }

  tell() {
    const sum = bars => bars.reduce((a, b) => a + b, 0);
    const bar = this.pointed;
    const at = bar !== null && this.lostBars[bar] !== undefined;
    const ago = at ? (this.lostBars.length - bar) * PER_BAR : 0;
    const lost = at ? this.lostBars[bar] : sum(this.lostBars ?? []);
    const ranOn = at ? this.ranOnBars[bar] : sum(this.ranOnBars ?? []);
    this.caption.textContent =
      `${at ? `${time(ago * 1000)} ago: ` : "In all: "}${count(lost)} lost, ran on for ${time(ranOn)}`;
  }
}
