module io.dropguard/benchmarks

go 1.19
