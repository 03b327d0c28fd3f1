#!/bin/bash
# Makes tests/oracle/data/concentration.txt: measures of concentration by a few lines of R, over numbers that the unit test
# (core concentration) makes again. With --check, which a test calls, it only compares, and is skipped without R; else
# Debian's r-base-core is installed where it is missing. Usage: concentration.sh [--check].
set -eu
stored=$(dirname "$0")/data/concentration.txt
if [ "${1:-}" != --check ] && ! command -v Rscript >/dev/null; then
    apt-get install -y -qq --no-install-recommends r-base-core
fi
command -v Rscript >/dev/null || { echo "skipped: needs R (r-base-core)"; exit 77; }
found=$(mktemp)
trap 'rm -f "$found"' EXIT
Rscript --vanilla - >"$found" <<'R'
say <- function(name, value) cat(name, sprintf("%.17g", value), "\n")
n <- 47
i <- 0:(n - 1)
x <- (i * i * 7 + 3 * i) %% 23            # plants a region, some 0
p <- 10 + (i * 31) %% 97                  # base
g <- i %% 8                               # group of a region
s <- x / sum(x)
q <- p / sum(p)
say("gini", sum(abs(outer(x, x, "-"))) / (2 * n^2 * mean(x)))
o <- order(s / q)
S <- c(0, cumsum(s[o]))
say("locational_gini", 1 - sum(q[o] * (S[-1] + S[-(n + 1)])))
say("herfindahl", sum(s^2))
say("herfindahl_normalised", (sum(s^2) - 1 / n) / (1 - 1 / n))
t <- function(s, q) sum(ifelse(s > 0, s * log(s / q), 0))
say("theil", t(s, q))
sg <- tapply(s, g, sum); qg <- tapply(q, g, sum)
say("theil_between", t(sg, qg))
say("theil_within", sum(sapply(unique(g), function(k) {
    a <- s[g == k] / sum(s[g == k]); b <- q[g == k] / sum(q[g == k]); sum(s[g == k]) * t(a, b) })))
H <- 1 / sum(x)
G <- sum((s - q)^2)
say("ellison_glaeser_raw", G)
say("ellison_glaeser", (G - (1 - sum(q^2)) * H) / ((1 - sum(q^2)) * (1 - H)))
say("location_quotient", (x[5] / p[5]) / (sum(x) / sum(p)))
for (k in c(0, 1, 2, 5, 10, 100, 12345)) {
    say(paste0("poisson_low_", k), qchisq(0.025, 2 * k) / 2)
    say(paste0("poisson_high_", k), qchisq(0.975, 2 * k + 2) / 2)
}
R
if [ "${1:-}" = --check ]; then
    diff "$stored" "$found" # numbers of another R may differ in their last digits
else
    cp "$found" "$stored"
fi
cat "$found"
