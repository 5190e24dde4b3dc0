CREATE TABLE sale (
    id INT PRIMARY KEY,
    customer INT NOT NULL,
    article INT NOT NULL
);

-- 40,000 sales of 20 articles to 1,009 customers
INSERT INTO sale SELECT x, MOD(x * 7919, 1009), 1 + MOD(x, 20) FROM SYSTEM_RANGE(1, 40000);

CREATE INDEX sale_article ON sale (article);
