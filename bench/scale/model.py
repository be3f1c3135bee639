"""How long a run takes, what memory it needs and what it sends: a nation, a continent, a world, on
any number of nodes. The cut, who computes what and what is sent follow src/plan (walk/cut.c,
pairs/lots.c, ladder.c, fold.c) and src/panel/panel.c line by line; memory follows src/cli/session/estimate.c;
figures.py has every number from outside. check.py holds bytes sent and memory against real runs.

A study is one pair measure: gravity (great circle, decay 2) or pairwise coupling (meta, three
systems), directed or not, kept as dense, top 20, above (20 a row) or summary, in float32."""
from collections import namedtuple
from math import ceil, exp, log2

import figures as f

TILE, BLOCK, WINDOW, PARTNERS, BATCH = 512, 256, 64 << 20, 20, 1 << 17

Study = namedtuple("Study", "measure keep n periods directed tile", defaults=(False, TILE))
Team = namedtuple("Team", "nodes ranks threads", defaults=(f.RANKS, f.CORES // f.RANKS))
Cut = namedtuple("Cut", "side squares strip strips parts")  # parts: strips along a square


def inputs_of(study):
    return (1 if study.measure == "gravity" else 3) + study.directed


def operands_of(study):
    """Columns that every node holds: masses (and the share); scores, roots, mates, the half of T."""
    return 1 + study.directed if study.measure == "gravity" else 10


def cut_of(study):
    squares = ceil(study.n / study.tile)
    side = ceil(study.n / squares)
    squares = ceil(study.n / side)
    high = max(ceil(study.n / 256), 64)
    if high >= side:
        strip = side * ceil(high / side)
        return Cut(side, squares, strip, ceil(study.n / strip), 1)
    parts = ceil(side / high)
    return Cut(side, squares, ceil(side / parts), squares * parts, parts)


class Walk:
    """Rows of the walk over one matrix, their tasks and their slots, and which node has them."""

    def __init__(self, study, nodes, counts=False):
        self.study, self.cut, self.nodes = study, cut_of(study), nodes
        strips = counts or study.keep in ("top", "above") or (study.keep == "summary"
                                                              and study.directed)
        self.kind = "strips" if strips else "squares" if study.directed else "triangle"
        self.rows = self.cut.strips if strips else self.cut.squares
        self.parts = 1 if self.kind == "triangle" or (strips and study.directed) else \
            self.cut.parts if self.kind == "squares" else 0
        self.group = self.cut.strip // self.cut.side if self.kind == "squares" and \
            self.cut.strip > self.cut.side else 1
        self.slot = 8 * (self.cut.strip + (study.n if self.parts else 0)) if strips else \
            8 * self.cut.side * (1 + self.parts)
        self.tasks = sum(self.tasks_of(row) for row in range(self.rows))
        slots = self.tasks * self.slot
        self.window = study.periods if counts else min(study.periods, max(1, WINDOW // slots))

    def tasks_of(self, row):
        if self.kind == "strips":
            return 1
        return self.cut.squares - (row if self.kind == "triangle" else 0)

    def node_of(self, t, row, window):
        place, places = row // self.group, ceil(self.rows / self.group)
        if self.kind == "triangle":
            place, places = min(row, self.rows - 1 - row), (self.rows + 1) // 2
        return (t * places + place) * self.nodes // (window * places)

    def extent(self, row):
        high = self.cut.strip if self.kind == "strips" else self.cut.side
        if self.kind != "strips" or self.cut.strip >= self.cut.side:
            return row * high, min((row + 1) * high, self.study.n)
        square, part = divmod(row, self.cut.parts)
        end = min((square + 1) * self.cut.side, self.study.n)
        first = min(square * self.cut.side + part * high, end)
        return first, min(first + high, end)

    def runs(self, window):
        """(node, first row, end) of neighbouring rows on one node, over the window's matrices."""
        for t in range(window):
            first = 0
            for row in range(1, self.rows + 1):
                node = self.node_of(t, first, window)
                if row == self.rows or self.node_of(t, row, window) != node:
                    yield node, first, row
                    first = row

    def tasks_of_nodes(self, window):
        tasks = [0] * self.nodes
        for t in range(window):
            for row in range(self.rows):
                tasks[self.node_of(t, row, window)] += self.tasks_of(row)
        return tasks

    def blocks(self, first, end):
        """(level, index) of what the columns' tree makes of rows [first, end): ladder.c."""
        squares = self.kind == "triangle" or self.cut.strip < self.cut.side
        parts = self.cut.parts if squares and self.study.directed else 1
        rows = self.cut.squares if squares else self.cut.strips
        shift = (parts - 1).bit_length()
        root, made = shift + (rows - 1).bit_length(), []

        def is_key(key):
            return key < rows << shift and key & ((1 << shift) - 1) < parts

        def settle():
            while made[-1][0] != root:
                level, index = made[-1]
                half = len(made) > 1 and made[-2] == (level, index - 1)
                if (index & 1 and not half) or (not index & 1 and is_key((index + 1) << level)):
                    return
                if index & 1:
                    made.pop()
                level, index = made.pop()
                made.append((level + 1, index >> 1))

        for row in range(first, end):
            for part in range(self.parts):
                leaf_row = row
                if self.kind == "strips":
                    leaf_row, part = divmod(row, parts)
                if row % self.group == 0:
                    made.append((0, leaf_row // self.group << shift | part))
                if (row + 1) % self.group == 0 or row + 1 == self.rows:
                    settle()
        return made


# ---- messages -------------------------------------------------------------------------------------

def partition(n, ranks):
    """First units of the ranks, and n."""
    blocks = ceil(n / BLOCK)
    return [min(n, blocks * r // ranks * BLOCK) for r in range(ranks + 1)]


def overlap(a0, a1, b0, b1):
    return max(0, min(a1, b1) - max(a0, b0))


def send_sums(walk, team, sent, received):
    """Of one job: what nodes send of rows and columns when a window is over, and what of it comes
    from the rank itself. Ranks of a node share the work; `received`: doubles for a unit."""
    n, ranks = walk.study.n, team.nodes * team.ranks
    lo = partition(n, ranks)
    first_of = [lo[k * team.ranks] for k in range(team.nodes + 1)]
    blocks = ceil(n / BLOCK)
    left = walk.study.periods
    while left:
        window = min(walk.window, left)
        times = left // window
        left -= times * window
        for node, row, end in walk.runs(window):
            own0, own1 = first_of[node], first_of[node + 1]
            i0, i1 = walk.extent(row)[0], walk.extent(end - 1)[1]
            doubles = i1 - i0 - overlap(i0, i1, own0, own1) / team.ranks
            for level, index in walk.blocks(row, end) if walk.parts else ():
                start = 0
                if walk.kind == "triangle":  # only units behind the block's first row
                    unit = ((index << level) + 1) * walk.cut.side
                    if unit >= n:
                        continue
                    start = lo[((unit // BLOCK + 1) * ranks - 1) // blocks]
                doubles += n - start - overlap(start, n, own0, own1) / team.ranks
                received[0] += times
            for r in range(node * team.ranks, (node + 1) * team.ranks):
                sent[r] += 8 * doubles * times / team.ranks


def bytes_sent(study, team):
    """Of each rank, as the program counts them: a broadcast at its root, times those who receive."""
    ranks, n, t = team.nodes * team.ranks, study.n, study.periods
    if ranks == 1:
        return [0.0]
    others, lo = ranks - 1, partition(n, ranks)
    width = inputs_of(study)
    stored = study.keep != "summary"
    walk = Walk(study, team.nodes)
    operands = operands_of(study)
    # Gathers and exchanges agree on sizes with every other rank, agreements are one number each.
    gathers = 12 + t + stored + 2 * ceil(n * t / ranks * (16 + 8 * width) / (8 << 20)) \
        + (ceil(t / walk.window) if team.nodes > 1 else 0)
    small = 8 * others * gathers + 8 * 100 + (24 * others if team.nodes > 1 else 0)
    sent = [8.0 * n + small] * ranks  # the count of ranks that have met a unit
    for r in range(ranks):
        own = lo[r + 1] - lo[r]
        sent[r] += n * t / ranks * (1 - own / n) * (16 + 8 * width)  # rows, which lie in no order
        if r:
            sent[r] += own / BLOCK * 8 * (3 * t) + own / BLOCK * 80  # hashes, totals, checksums
        if study.keep == "above":
            sent[r] += 8 * n * t
        if team.nodes > 1 and r % team.ranks == 0:
            node = lo[r + team.ranks] - lo[r]
            sent[r] += 8 * node * operands * t * (team.nodes - 1)  # once, of a study with one entry
    sent[0] += (f.LINE * n + 1000 + 8 * t) * others  # units and study, totals
    if stored:  # what the journal knows goes to rank 0
        for r in range(1, ranks):
            sent[r] += 32 * walk.tasks * t / ranks
    if team.nodes > 1:
        send_sums(walk, team, sent, [0])
    return sent


# ---- memory ---------------------------------------------------------------------------------------

def pair_bytes(study, walk, threads):
    """Buffers of a rank's threads and of packets: estimate.c."""
    n, cut = study.n, walk.cut
    entries = min(BATCH, cut.strip * PARTNERS) if study.keep == "above" else cut.strip * PARTNERS
    packet = {"dense": 8 * cut.side ** 2, "summary": 0}.get(study.keep, 12 * entries)
    length = n if study.keep == "above" and study.directed else cut.side
    thread = 72 * length + 16 * cut.strip
    if study.keep in ("top", "above"):
        thread += 16 * entries
    # One thread writes what it has packed before it goes on; of several the file is waited for.
    return threads * thread + (1 if threads == 1 else 2 * threads + 2) * packet


def memory(study, team):
    """(a rank, a node, of it in shared memory): the largest, as if nothing read were given back."""
    ranks, n, t = team.nodes * team.ranks, study.n, study.periods
    own = max(b - a for a, b in zip(partition(n, ranks), partition(n, ranks)[1:]))
    width, walk = inputs_of(study), Walk(study, team.nodes)
    rows = n * t / ranks
    read = n * (f.UNIT + f.LINE) + rows * (8 + 8 * width) + own * t * (8 * width + 1) \
        + f.CODE * n * (1 - exp(-rows / n))
    operands = operands_of(study)
    results = own * t * 16
    shared = 24 * n + 8 * n * t * operands
    shared += max(walk.tasks_of_nodes(min(walk.window, t))) * walk.slot
    if study.keep == "above":
        shared += 8 * n * t
    exchange = 0
    if team.nodes > 1:
        runs = [0.0] * ranks
        blocks = [0]
        once = study._replace(periods=min(walk.window, t))
        send_sums(Walk(once, team.nodes), team, runs, blocks)
        exchange = max(runs) + 8 * own * (walk.window + blocks[0])
    first = 64 * n  # labels of the results file
    if study.keep != "summary":
        first += (32 + 16) * walk.tasks * t + 8 * walk.tasks * 2 * t + 64 * walk.tasks * t / ranks
    rank = f.PROCESS + f.PEER * (ranks - 1) + read + results + exchange \
        + pair_bytes(study, walk, team.threads)
    return rank + first + shared, team.ranks * rank + first + shared, shared


# ---- files ----------------------------------------------------------------------------------------

def file_bytes(study):
    """(results, journal)."""
    n, t, walk = study.n, study.periods, Walk(study, 1)
    results = n * t * 16 + 2 * 64 * n
    if study.keep == "dense":
        chunks = walk.cut.squares ** 2 * t
        results += 4 * walk.cut.side ** 2 * chunks + (f.CHUNK_BYTES + 8) * chunks
    elif study.keep in ("top", "above"):
        results += 8 * n * t * PARTNERS + (8 * n * t if study.keep == "above" else 0)
    journal = walk.tasks * t * (64 + walk.slot)
    if study.keep == "above":
        journal += walk.cut.strips * t * (64 + 8 * walk.cut.strip)
    return results, journal


# ---- time -----------------------------------------------------------------------------------------

def evaluated(study, walk):
    """Pairs of one matrix."""
    pairs = study.n ** 2 * (2 if study.keep == "above" else 1)
    return pairs * (0.5 + 0.5 / walk.cut.squares) if walk.kind == "triangle" else pairs


def arithmetic(study, team, walk):
    """(seconds, share of the threads' time that is used, seconds of a task)."""
    rate = f.RATE[study.measure, study.keep]
    task = evaluated(study, walk) / walk.tasks / rate  # above: counted and filled
    threads = team.ranks * team.threads
    took, left = 0.0, study.periods
    while left:
        window = min(walk.window, left)
        times = left // window
        left -= times * window
        took += times * ceil(max(walk.tasks_of_nodes(window)) / threads) * task
    ideal = evaluated(study, walk) * study.periods / rate / threads / team.nodes
    return max(took, ideal), min(1.0, ideal / took), task


def seconds(study, team):
    """By what takes them; the pairs overlap with writing."""
    n, t, nodes = study.n, study.periods, team.nodes
    ranks, walk = nodes * team.ranks, Walk(study, team.nodes)
    disk = min(f.DISK, nodes * f.DISK_NODE)
    results, journal = file_bytes(study)
    chunks = walk.cut.squares ** 2 * t if study.keep == "dense" else 0
    panel = n * t * f.PANEL_LINE
    steps = log2(nodes) if nodes > 1 else 0
    windows = ceil(t / walk.window)
    sent = max(bytes_sent(study, team)[1:] or [0])  # a broadcast is spread by a tree
    rows = operands_of(study) * t if nodes > 1 else 0
    exchanges = (windows if nodes > 1 else 0) + \
        (ceil(n * t / ranks * (16 + 8 * inputs_of(study)) / (8 << 20)) if ranks > 1 else 0)
    took = {
        "reading": panel / min(disk, f.PARSED * ranks * team.threads) + n * f.UNIT_SECONDS
        + f.LINE * n / f.NETWORK,
        "layout": chunks * f.CHUNK_SECONDS,
        "messages": sent * team.ranks / f.NETWORK + rows * nodes * steps * f.LATENCY
        + exchanges * ranks * f.LATENCY + (100 + 15 * t) * steps * f.LATENCY,
        "loops over ranks": exchanges * 2 * ranks ** 2 * f.ADD_SECONDS,
    }
    together = {
        "arithmetic": arithmetic(study, team, walk)[0],
        "memory": (results if study.keep == "dense" else 0) / 4 * f.STORED / nodes / f.BANDWIDTH,
        "file": (results + journal) / disk,
        "journal": 2 * walk.tasks * t / f.DISK_WRITES,
    }
    return took, together


def total(study, team):
    """(seconds, what takes the most of them)."""
    took, together = seconds(study, team)
    longest = max(together, key=together.get)
    parts = {**took, longest: together[longest]}
    return sum(parts.values()), max(parts, key=parts.get)


# ---- what breaks ----------------------------------------------------------------------------------

def limits(study, team):
    """What is needed over what there is: first what ends a run, then what makes nodes useless."""
    node, shared = memory(study, team)[1:]
    results, journal = file_bytes(study)
    took, together = seconds(study, team)
    busy, task = arithmetic(study, team, Walk(study, team.nodes))[1:]
    hard = {
        "memory of a node": node / f.MEMORY,
        "/dev/shm": shared / (f.SHARED * f.MEMORY) if team.ranks > 1 else 0,
        "time": total(study, team)[0] / (f.HOURS * 3600),
        "room on disk": (results + journal) / f.ROOM,
        "largest file": max(results, journal) / f.LARGEST_FILE,
        "int32 partners": study.n / 2 ** 31,
    }
    soft = {
        "idle threads": 0.5 / busy,  # more than half of them
        "20 s to stop": task / 20 / (2 if study.keep == "above" else 1),
        "journal's writes": together["journal"] / max(together["arithmetic"], together["file"]),
        "file's layout": took["layout"] / max(together.values()),
        "messages": (took["messages"] + took["loops over ranks"]) / max(together.values()),
    }
    return hard, soft
