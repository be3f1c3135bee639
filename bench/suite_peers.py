"""Suite peers: the same work by the program and by what people use otherwise, alternating in one run.

`pairs`: gravity and coupling in numpy; `shares`: of their bound, at larger sizes (pairs_peer.py);
`series`: pairs of series in numpy (series_peer.py); `radiation`: the radiation model in numpy, one period and twenty (radiation_peer.py); `csv`: reading, data.table's fread (read_csv.py);
`fields`: fields of centres, and what sums by group, ring and centre add to gravity
(fields_peer.py);
`r`: gravity in R and Moran's I in spdep (r_peer.py); `gwr`: local regressions in mgwr (gwr_peer.py);
`neighbours`: local Moran and contiguity in spdep, libpysal and numba (neighbours_peer.py);
`spatial`: spatial models in spatialreg (spatial_peer.py); `mapping`: convergent cross mapping in numpy
(mapping_peer.py); `roads`: shortest paths in igraph, networkx and scipy (roads_peer.py).
What is missing here is skipped with a word."""
import fields_peer
import gwr_peer
import mapping_peer
import neighbours_peer
import pairs_peer
import r_peer
import radiation_peer
import read_csv
import roads_peer
import series_peer
import spatial_peer

SUITE = "peers"


def pairs(programs, given):
    return pairs_peer.measure(programs, given, SUITE)


def shares(programs, given):
    return pairs_peer.shares(programs, given, SUITE)


def series(programs, given):
    return series_peer.measure(programs, given, SUITE)


def radiation(programs, given):
    return radiation_peer.measure(programs, given, SUITE)


def fields(programs, given):
    return fields_peer.measure(programs, given, SUITE)


def csv(programs, given):
    return read_csv.measure(programs, given, SUITE)


def r(programs, given):
    return r_peer.measure(programs, given, SUITE)


def gwr(programs, given):
    return gwr_peer.measure(programs, given, SUITE)


def neighbours(programs, given):
    return neighbours_peer.measure(programs, given, SUITE)


def spatial(programs, given):
    return spatial_peer.measure(programs, given, SUITE)


def roads(programs, given):
    return roads_peer.measure(programs, given, SUITE)


def mapping(programs, given):
    return mapping_peer.measure(programs, given, SUITE)


PARTS = {"pairs": pairs, "shares": shares, "series": series, "radiation": radiation, "fields": fields, "csv": csv, "r": r, "gwr": gwr,
         "neighbours": neighbours, "spatial": spatial,
         "mapping": mapping, "roads": roads}
