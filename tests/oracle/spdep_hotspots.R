# Makes tests/oracle/data/hotspots_*.csv: Gi*, local Moran and Moran's I as R's spdep computes them, on four made-up
# layers, and q-values as R's p.adjust gives them. Run by spdep_hotspots.sh. The unit test core.hotspot reads the files.
#
# Every file: one line a unit with its cell (or -1), its value, how many neighbours it has (without
# cells: which, by number from 0), and the results; the
# line "global" closes it with I, its expectation and its variance under randomisation. Weights are binary (style B).
suppressPackageStartupMessages(library(spdep))
folder <- commandArgs(trailingOnly = TRUE)[1]
number <- function(x) ifelse(is.finite(x), formatC(x, digits = 17, format = "g", width = 1), "NA")

write_layer <- function(name, row, column, x, neighbours) {
  n <- length(x)
  weights <- nb2listw(neighbours, style = "B", zero.policy = TRUE)
  starred <- nb2listw(include.self(neighbours), style = "B", zero.policy = TRUE)
  gi <- as.numeric(localG(x, starred, zero.policy = TRUE))
  local <- localmoran(x, weights, zero.policy = TRUE)
  global <- moran.test(x, weights, randomisation = TRUE, zero.policy = TRUE, alternative = "two.sided")
  listed <- if (row[1] >= 0) card(neighbours) else vapply(neighbours, function(k) paste(k - 1, collapse = " "), "")
  islands <- card(neighbours) == 0
  gi[islands] <- NA
  lines <- paste(row, column, number(x), listed, number(gi), number(local[, 1]), number(local[, 4]), sep = ",")
  lines[islands] <- paste(row, column, number(x), listed, "NA", "NA", "NA", sep = ",")[islands]
  last <- paste("global", paste(number(global$estimate), collapse = ","), number(global$p.value), sep = ",")
  about <- paste0("# spdep ", packageVersion("spdep"), ", R ", getRversion(), ", ", n, " units, ", sum(islands), " islands")
  writeLines(c(about, "row,column,x,neighbours,gi_z,moran,moran_z", lines, last), file.path(folder, paste0(name, ".csv")))
}

set.seed(20)
# A full grid of counts, edges and corners.
row <- rep(0:17, each = 23); column <- rep(0:22, times = 18)
write_layer("hotspots_queen", row, column, rpois(18 * 23, 2 + 3 * (row > 9 & column > 12)),
            dnearneigh(cbind(column, row), 0.5, 1.5))
# The same grid with fractions, edges alone.
write_layer("hotspots_rook", row, column, rgamma(18 * 23, 2) * 1e3, dnearneigh(cbind(column, row), 0.5, 1.1))
# A sparse grid, within five cells of the centre (long stretches where it is dense), with islands.
keep <- runif(60 * 60) < ifelse(rep(1:60, 60) < 25, 0.9, 0.02)
row <- rep(0:59, each = 60)[keep]; column <- rep(1:60, 60)[keep]
write_layer("hotspots_sparse", row, column, rlnorm(length(row)), suppressWarnings(dnearneigh(cbind(column, row), 0.5, 5.0001)))
# Points with their four nearest, which is not mutual.
points <- cbind(runif(300), runif(300))
write_layer("hotspots_nearest", rep(-1, 300), rep(-1, 300), rnorm(300), knn2nb(knearneigh(points, 4)))

p <- c(runif(40), runif(20) / 100, 0.001, 0.001, 0.001, 1, 1)
writeLines(c("p,bh,by", paste(number(p), number(p.adjust(p, "BH")), number(p.adjust(p, "BY")), sep = ",")),
           file.path(folder, "q_values.csv"))
