// fetch.mjs SIZE TIMES URL...: how many uploads to each URL were not answered wholly
const [size, times] = process.argv.slice(2, 4).map(Number);
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
process.removeAllListeners("warning");
const body = new Uint8Array(size);

async function upload(url) {
  try {
    const answer = await fetch(url, { method: "POST", body, signal: AbortSignal.timeout(60000) });
    const expected = Number(answer.headers.get("content-length"));
    return (await answer.arrayBuffer()).byteLength === expected ? "" : "cut off";
  } catch (error) {
    return String(error.cause ?? error);
  }
}

for (const url of process.argv.slice(4)) {
  const failed = [];
  for (let i = 0; i < times; i++) {
    const result = await upload(url);
    if (result) failed.push(result);
  }
  console.log(url, failed.length, failed[0] ?? "");
}
