"""Spatial models against spatialreg, splm and plain scripts (oracles/README.md and oracles/space.md of the
shared data), through studies: Columbus, counties of the US in 1980, Produc. And that relabelled units,
ranks and threads change nothing."""
import csv
import os
import subprocess
import sys
import tempfile

shared = os.environ.get("SPILLWAY_SHARED", os.path.join(os.path.dirname(__file__), "../../../shared"))
data = os.path.abspath(os.path.join(shared, "data"))
if not os.path.isdir(data):
    print(f"skipped: the real panels are not here (looked for {data})")
    sys.exit(77)
import h5py
import numpy as np


def run(work, name, study):
    with open(f"{work}/{name}.yaml", "w") as file:
        file.write(study + f"output: {{file: {name}.h5}}\n")
    subprocess.run([os.environ["SPILLWAY"], "run", "--quiet", f"{work}/{name}.yaml"], check=True)
    subprocess.run([os.environ["SPILLWAY"], "verify", f"{work}/{name}.h5"], check=True, stdout=subprocess.DEVNULL)
    return h5py.File(f"{work}/{name}.h5")


def check(r, want, what):
    """`want`: quantity, or quantity[label, ...], to numbers as the oracle prints them: what an optimiser finds
    agrees to 1e-6. After "~" numbers of five digits."""
    for key, numbers in want.items():
        name, _, label = key.lstrip("~").partition("[")
        got = np.asarray(r[name][()], float)
        if label:
            axis = r["effect_term" if name not in ("coefficient", "std_error") else "term"]
            at = [t.decode() for t in axis[:]]
            got = np.array([got[at.index(one)] for one in label[:-1].split(", ")])
        numbers = np.atleast_1d(numbers)
        got = np.atleast_1d(got)
        tolerance = 6e-6 if key[0] == "~" else 2e-8
        assert np.allclose(got, numbers, rtol=2e-6, atol=tolerance), (what, key, got, numbers)


def near(got, want, tolerance, what):
    assert np.allclose(got, want, rtol=tolerance, atol=0), (what, got, want)


# ---- Columbus -------------------------------------------------------------------------------

COLUMBUS = """study: columbus
panel: {file: %s/columbus49.csv, unit: POLYID}
weights: {near: {kind: file, file: %s/columbus49_colnb_edges.csv, style: row}}
measures:
"""
MODEL = "  - spatial_model: {form: %s, y: CRIME, x: [INC, HOVAL], weights: near, as: %s%s}\n"
OF_COLUMBUS = {
    "lag": {"coefficient[constant, INC, HOVAL, rho]": (45.0792505, -1.0316157, -.2659263, .4310231976),
            "std_error[constant, INC, HOVAL, rho]": (7.1773464733, .3051429676, .0884986197, .1176807241),
            "loglik": -182.390427167, "sigma2": 95.49449671,
            "direct": (-1.086021979763, -.279950920059), "indirect": (-.727084831674, -.187425366503),
            "total": (-1.813106811437, -.467376286562),
            "direct_se": (.31047146, .09285396), "indirect_se": (.33160443, .10313300),
            "total_se": (.53517414, .17616861),
            "lm_error": 5.723131, "lm_lag": 9.363684, "rlm_error": .079495, "rlm_lag": 3.720048,
            "lm_sarma": 9.443178495, "moran_residual": .235638353766, "moran_residual_expected": -.0333028657,
            "moran_residual_variance": .00828940791},
    "error": {"coefficient[constant, INC, HOVAL, lambda]": (59.893218914, -.941311941, -.302250213, .5617902656),
              "loglik": -183.380468953, "sigma2": 95.574500484, "std_error[lambda]": .1338686730,
              # spatialreg prints 4.902014563, with B^-1 B^-1 where the covariance has B^-1 B'^-1.
              "~hausman": 5.18463061},
    "durbin": {"coefficient[constant, INC, HOVAL, lag.INC, lag.HOVAL, rho]":
               (42.822415501, -.914223197, -.293737777, -.520283563, .245640276, .4263355122),
               "loglik": -181.39351084, "sigma2": 91.791217453, "std_error[rho]": .1562343905,
               "direct": (-1.0238910, -.2792275), "indirect": (-1.476711, .195385), "total": (-2.50060224, -.08384256),
               "direct_se": (.31941713, .09097565), "indirect_se": (.72415129, .27858068),
               "total_se": (.76706676, .31071247)},
    "durbin_error": {"coefficient[constant, INC, HOVAL, lag.INC, lag.HOVAL, lambda]":
                     (73.545132926, -1.051672689, -.275608424, -1.156710909, .111691183, .425399001),
                     "loglik": -181.584626933, "sigma2": 92.530900013,
                     "indirect_se": (.578628744, .198992716), "total_se": (.647863554, .234628844)},
    "slx": {"coefficient[constant, INC, HOVAL, lag.INC, lag.HOVAL]":
            (75.028747897, -1.108929278, -.289728323, -1.370972450, .191760788), "loglik": -184.078185608},
    "sac": {"coefficient[constant, INC, HOVAL, rho, lambda]":
            (47.783766490, -1.025893576, -.281650907, .368067340, .166679320), "loglik": -182.234759159,
            "sigma2": 95.604195148},
    "lag, method: gm": {"coefficient[constant, INC, HOVAL, rho]": (43.793442469, -1.000715777, -.265488986, .454566949046),
                        "std_error[constant, INC, HOVAL, rho]":
                        (10.952229436, .3838577775, .0918516739, .1851184481)},
    "error, method: gm": {"coefficient[constant, INC, HOVAL, lambda]":
                          (62.513752473, -1.128283356, -.296957305, .401957455)},
    "sac, method: gm": {"coefficient[constant, INC, HOVAL, rho, lambda]":
                        (43.7828178383, -.9948313062, -.2670759701, .4541714760, .0166471904)},
}


def name_of(form):
    return "m_" + "".join(c if c.isalnum() else "_" for c in form)


def columbus(work):
    head = COLUMBUS % (data, data)
    entries = ""
    for form in OF_COLUMBUS:
        kind, _, more = form.partition(", ")
        entries += MODEL % (kind, name_of(form), f", {more}" if more else "")
    entries += MODEL % ("lag", "pairs", ", spillover: {terms: [INC], keep: dense}")
    entries += MODEL % ("durbin", "drawn", ", se: draws, draws: 200000")
    with run(work, "columbus", head + entries) as file:
        for form, want in OF_COLUMBUS.items():
            check(file[name_of(form)], want, f"Columbus, {form}")
        lag, durbin = file["m_lag"], file["m_durbin"]
        near(lag["order_direct"][:4, 0], (-1.03161569, 0, -.04225115, -.00610259), 1e-6, "orders")
        total = lag["order_direct"][:] + lag["order_indirect"][:]
        near(total[:4, 0], (-1.03161569, -.4446503, -.1916546, -.08260758), 1e-6, "orders")
        near(durbin["order_direct"][2, 0], -.08553339, 1e-6, "orders of Durbin")
        lr = dict(zip((t.decode() for t in durbin["restriction"][:]), durbin["lr"][:]))
        near((lr["lag"], lr["error"]), (1.993832654, 3.973916227), 1e-6, "LR")
        # Rows of pairs send: S(1, 2) of the textbook is what POLYID 2 gives to 1.
        code = [c.decode() for c in file["unit"][:]]
        one, two = code.index("1"), code.index("2")
        s = file["pairs/spillover/INC/value"][:]
        near(s[two, one], -.2764727426, 1e-6, "S(1, 2)")
        near(lag["received"][one, 0], -.7107963786, 1e-6, "received")
        near(lag["given"][one, 0], -.3876423253, 1e-6, "given")
        near(np.trace(s) / 49, lag["direct"][0], 1e-6, "trace")
        near(s.sum(0).mean(), lag["total"][0], 1e-6, "total")
        near(s.sum(0), lag["total"][0], 1e-6, "rows of W sum to 1: each receives the total")
        want = {"total": (-4.452, -3.333, -2.505, -1.739, -.877), "indirect": (-3.295, -2.272, -1.483, -.754, .023)}
        for kind, numbers in want.items():
            assert np.allclose(file[f"drawn/{kind}_percentile"][0], numbers, atol=.04), kind
    refuse(work, head)


def refuse(work, head):
    """What cannot be fitted, a line each."""
    wrong = [("- slx: {y: CRIME, x: [INC, HOVAL, twice], weights: near}",
              "slx: x: 'twice' is a linear combination of the terms before it; leave it out"),
             ("- spatial_lag: {y: CRIME, x: [INC], weights: near, fixed: unit}",
              "spatial_lag: fixed: 1 period; an effect of each unit needs 2 or more; or write fixed: none"),
             ("- spatial_lag: {y: CRIME, x: [CRIME], weights: near}", "spatial_lag: x: 'CRIME' is y, too; leave it out"),
             ("- spatial_lag: {y: holes, x: [INC], weights: near}", "spatial_lag: y: 'holes' has no value of unit 1"),
             ("- spatial_lag: {x: [INC], weights: near}", "spatial_lag: y: it is missing"),
             ("- spatial_lag: {y: CRIME, x: [INC], weights: near, error_weights: near}",
              "error_weights: a model of form lag has no spatial errors; leave it out"),
             ("- spatial_lag: {y: CRIME, x: [INC], weights: near, spillover: {terms: [HOVAL]}}",
              "spillover: 'HOVAL' is none of the variables of x"),
             ("- spatial_error: {y: CRIME, x: [INC], weights: near, spillover: {terms: [INC]}}",
              "spillover: in a model of form error a variable acts in its own unit alone"),
             ("- spatial_lag: {x: [INC], weights: near, grid: {y: [CRIME, HOVAL]}, spillover: {terms: [INC]}}",
              "spillover: it is of one model, and `grid` makes 2"),
             ("- spatial_lag: {y: CRIME, x: [INC], weights: far}", "weights: unknown weights 'far'")]
    for entry, message in wrong:
        text = head.replace("unit: POLYID", "unit: POLYID, missing: keep, derive: {twice: 2 * INC, holes: log(CRIME - 20)}")
        with open(f"{work}/wrong.yaml", "w") as file:
            file.write(text + f"  {entry}\n")
        done = subprocess.run([os.environ["SPILLWAY"], "run", "--force", f"{work}/wrong.yaml"], capture_output=True,
                              text=True, check=False)
        assert done.returncode == 2 and message in done.stderr, (entry, done.returncode, done.stderr)
        assert done.stderr.count("\n") <= 2, done.stderr


# ---- counties in 1980 -------------------------------------------------------------------------

ELECT = """study: elect80
panel:
  file: %s/us_elect80_3107.csv
  unit: FIPS
  derive: {turnout: log(pc_turnout), college: log(pc_college), home: log(pc_homeownership), income: log(pc_income)}
weights:
  given: {kind: file, file: %s/us_elect80_lw.csv, style: as-is}
  queen: {kind: file, file: %s/us_elect80_queen_edges.csv, style: row}
measures:
  - spatial_lag: {y: turnout, x: [college, home, income], weights: given, as: lag}
  - spatial_durbin: {y: turnout, x: [college, home, income], weights: given, as: durbin}
"""
LEVELS = "pc_turnout, x: [pc_college, pc_homeownership, pc_income], weights: queen"
OF_LEVELS = {
    "spatial_lag": {"coefficient[constant, pc_college, pc_homeownership, pc_income, rho]":
                    (-.11119042992, .34146194970, .76140587916, -.00817524524, .5415235987),
                    "loglik": 4003.1065437889, "lm_error": 1808.3869523, "lm_lag": 1344.21294005,
                    "rlm_error": 514.945916721, "rlm_lag": 50.7719044773},
    "spatial_durbin": {"coefficient[constant, pc_college, pc_homeownership, pc_income, lag.pc_college, "
                       "lag.pc_homeownership, lag.pc_income, rho]":
                       (.069850484810, .325711842933, .927826330008, -.005932021012, -.040483885722,
                        -.728490102286, -.004679830695, .667849394659), "loglik": 4148.3021038438},
    "spatial_error": {"coefficient[constant, pc_college, pc_homeownership, pc_income, lambda]":
                      (.1323074157, .4012661955, .8993496191, -.0092724819, .709840205), "loglik": 4119.27262184},
    "spatial_durbin_error": {"coefficient[lag.pc_college, lag.pc_homeownership, lag.pc_income, lambda]":
                             (.379476007, -.154026764, -.016371957, .676405849), "loglik": 4151.96390421},
    "slx": {"coefficient[constant, pc_college, lag.pc_college, lag.pc_homeownership]":
            (.1007551742, .3500076026, .4768868403, -.1133240630), "loglik": 3535.22756949},
    "sac": {"coefficient[rho, lambda]": (-.344210215, .855885705), "loglik": 4148.45548876},
}


def elect80(work):
    study = ELECT % (data, data, data)
    study += "".join(f"  - {form}: {{y: {LEVELS}, as: level_{form}}}\n" for form in OF_LEVELS)
    study += f"  - spatial_lag: {{y: {LEVELS}, method: gm, as: gm}}\n"
    study += f"  - spatial_error: {{y: {LEVELS}, method: gm, as: gm_error}}\n"
    with run(work, "elect80", study) as file:
        check(file["lag"], {"coefficient[rho]": .5429021112, "loglik": 2095.47364726}, "elect80, lag")
        check(file["durbin"], {"coefficient[rho]": .60856899313, "loglik": 2195.40924049,
                               "direct[college]": .1995349465, "indirect[college]": .4732747864,
                               "total[college]": .6728097328}, "elect80, Durbin")
        for form, want in OF_LEVELS.items():
            check(file[f"level_{form}"], want, f"elect80 in levels, {form}")
        check(file["gm"], {"coefficient[rho]": .2736210125}, "elect80, 2SLS")
        check(file["gm_error"], {"coefficient[lambda]": .6209439079}, "elect80, GM error")


# ---- Produc -----------------------------------------------------------------------------------

PRODUC = """study: produc
panel:
  file: %s/us48_produc_1970_1986.csv
  unit: state
  time: year
  derive: {y: log(gsp), pcap_: log(pcap), pc_: log(pc), emp_: log(emp)}
weights: {usaww: {kind: file, file: %s/us48_usaww_edges.csv, style: as-is}}
measures:
"""
X = "coefficient[pcap_, pc_, emp_, unemp"
PLAIN = ", correction: none"
OF_PRODUC = {
    "lag, fixed: unit" + PLAIN: {X + ", rho]": (-.0465818929, .1874325223, .6250901756, -.0044815898, .2746887035),
                                 "sigma2": .001111379465, "loglik": 1609.72003},
    "lag, fixed: unit": {X + ", rho]": (-.0465818929, .1874325223, .6250901756, -.0044815898, .2746887035),
                         "sigma2": .001180840682, "loglik": 1491.750762, "std_error[rho]": .0242401552},
    "lag, fixed: two-way" + PLAIN: {X + ", rho]": (-.034862111, .159126098, .687930643, -.003472617, .196664167),
                                    "sigma2": .000993189405, "loglik": 1659.4476945,
                                    "lm_lag": 69.166288618, "lm_error": 98.724617064, "rlm_lag": 9.717493358,
                                    "rlm_error": 39.275821803},
    "lag, fixed: two-way": {"coefficient[rho]": .209994520, "sigma2": .001076504060, "loglik": 1502.178321,
                            "std_error[rho]": .0284072055},
    "lag, fixed: time" + PLAIN: {"coefficient[rho]": -.005745250, "sigma2": .007421413316, "loglik": 842.7244220},
    "lag": {"coefficient[rho]": -.00207513, "loglik": 827.0419660, "lm_lag": .116661157, "lm_error": 135.891103951,
            "rlm_lag": 3.018154770, "rlm_error": 138.792597564},
    "error, fixed: unit" + PLAIN: {X + ", lambda]": (.005143840, .205302559, .782253979, -.002231665, .557401309),
                                   "sigma2": .000976486181, "loglik": 1634.0206805, "lm_lag": 163.695367462},
    "error, fixed: time" + PLAIN: {"coefficient[lambda]": .496230167, "loglik": 900.0543847},
    "error, fixed: two-way" + PLAIN: {"coefficient[lambda]": .390864029, "sigma2": .000933324734,
                                      "loglik": 1672.3382695},
    "error, fixed: two-way": {"coefficient[lambda]": .437430467},
    "durbin, fixed: unit" + PLAIN: {"coefficient[rho]": .493304352, "loglik": 1655.0190283},
    "durbin, fixed: two-way" + PLAIN:
        {"coefficient[pcap_, pc_, emp_, unemp, lag.pcap_, lag.pc_, lag.emp_, lag.unemp, rho]":
         (-.009657931, .159436951, .750628150, -.001463315, -.061959810, .017610221, -.279400176, -.003160903,
          .368846210), "sigma2": .000919222746, "loglik": 1680.4735321, "direct[emp_]": .7503669630,
         "total[emp_]": .7466135528, "direct_se[emp_]": .02828177, "indirect_se[emp_]": .05675470,
         "total_se[emp_]": .06155652},
    "durbin, fixed: two-way": {"coefficient[rho]": .412403125, "sigma2": .000988881365, "loglik": 1525.715886},
    "durbin, fixed: time": {"coefficient[rho]": .453630922},
    "durbin_error, fixed: two-way" + PLAIN: {"coefficient[lambda]": .362017670, "loglik": 1677.9758570},
    "durbin_error, fixed: unit" + PLAIN: {"coefficient[lambda]": .490708724, "loglik": 1649.7337190},
    "durbin_error, fixed: two-way": {"coefficient[lambda]": .410068395},
    "slx, fixed: two-way" + PLAIN: {"loglik": 1642.7383628},
    "lag, fixed: random": {"~coefficient[constant, pcap_, pc_, emp_, unemp, rho]":
                           (1.65815, .0129451, .2255537, .6708107, -.0057972, .1616145), "phi": 21.317479,
                           "sigma2": .001246404731, "loglik": 1426.5767052},
    "error, fixed: random": {"coefficient[lambda]": .526464782, "phi": 6.624776, "loglik": 1491.9115586},
    "error, fixed: random, effects_form: baltagi": {"coefficient[lambda]": .538876458, "phi": 7.495179,
                                                    "sigma2": .001052223611, "loglik": 1491.6588498},
    "lag, fixed: unit, method: gm": {"coefficient[rho]": .1916626303},
    "error, fixed: unit, method: gm": {"coefficient[lambda]": .4998708426},
    "error, fixed: random, method: gm": {"coefficient[lambda]": .5480404736},
    "lag, fixed: unit, dynamic: lag_and_space":
        {"coefficient[y(-1), lag.y(-1), pcap_, pc_, emp_, unemp, rho]":
         (.840769538, -.676536161, -.034658101, .007678904, .188066272, -.002661474, .682565930),
         "long_total[emp_]": 1.2275810743, "short_total[emp_]": .5924577397},
}


def produc(work):
    study = PRODUC % (data, data)
    for form in OF_PRODUC:
        kind, _, more = form.partition(", ")
        study += (f"  - spatial_model: {{form: {kind}, y: y, x: [pcap_, pc_, emp_, unemp], weights: usaww, "
                  f"as: {name_of(form)}{', ' if more else ''}{more}}}\n")
    with run(work, "produc", study) as file:
        for form, want in OF_PRODUC.items():
            check(file[name_of(form)], want, f"Produc, {form}")
            r = file[name_of(form)]
            if "total" in r and "received" in r:
                # Rows of usaww sum to 1: what units receive is the total less their own.
                near(r["received"][:].mean(0), r["indirect"][:], 1e-6, form)
                near(r["given"][:].mean(0), r["indirect"][:], 1e-6, form)


def main():
    with tempfile.TemporaryDirectory() as work:
        for one in (columbus, elect80, produc):
            one(work)


if __name__ == "__main__":
    main()
