"""Every figure that the model takes from outside, with where it comes from. Bytes and seconds."""

# ---- a node and what joins nodes: change these for another cluster --------------------------------

CORES = 64            # two sockets of 32 cores: a common node of 2021 to 2024
RANKS = 2             # one rank per socket (README, Run with MPI), its threads on the cores of the socket
MEMORY = 256e9        # of such a node
SHARED = 0.5          # of it in /dev/shm: the default of tmpfs (mount(8))
BANDWIDTH = 280e9     # of memory, a node: 0.7 of 16 channels of DDR4-3200 (409.6e9)
NETWORK = 12.5e9      # a second and node: 100 Gb/s, HDR100 InfiniBand
LATENCY = 1.5e-6      # of a small message; the same, between two switches
DISK = 100e9          # a second, all nodes together: a parallel file system of that size
DISK_NODE = 5e9       # a second, one node
DISK_WRITES = 2e5     # small writes a second into one file: what the ior-hard phase of IO500 (47 kB
                      # each) gives on systems that write 100e9 in large pieces; on one node the
                      # lock of the inode, 5e-6 s a write of two pages
ROOM = 1e15           # free for one study: a large project's quota
LARGEST_FILE = 16 * 2**40  # of ext4 with 4 KiB blocks; Lustre and GPFS take more
HOURS = 24            # a job may take: a common limit of a batch queue

# ---- the program: measured here on a Zen 4 core ---------------------------------------------------

# Pairs evaluated a second and thread, by measure and output: `bench/run engine --parts large`, 100,000 units,
# two threads; of dense, whose time is that of the file, the arithmetic of summary.
RATE = {("gravity", "top"): 1.0e9, ("gravity", "above"): 1.1e9, ("gravity", "summary"): 0.93e9,
        ("gravity", "dense"): 0.93e9,
        ("coupling", "top"): 4.4e8, ("coupling", "above"): 5.1e8, ("coupling", "summary"): 4.2e8,
        ("coupling", "dense"): 4.2e8}
PARSED = 1.3e8        # bytes of CSV a second and thread: `bench/run peers --parts csv`
UNIT_SECONDS = 1e-6   # for a unit in the table of units, which every rank reads for itself
CHUNK_SECONDS = 4e-6  # to lay out a chunk of a dense matrix, on rank 0: HDF5 1.10, a million chunks
CHUNK_BYTES = 119     # its place in HDF5's index: the same
ADD_SECONDS = 3e-10   # an addition of two sizes: an all-to-all of K ranks takes 2 K^2 of them (comm)

# Memory: peaks of runs of 300 units, and of `check` with 10^6 units.
PROCESS = 37e6        # a rank with MPI and HDF5 and next to no data
PEER = 1e4            # for each other rank, in the MPI library: an assumption
UNIT = 240            # a unit of the table of units, besides the text of its line
CODE = 60             # a code met by a rank in its part of the panel
STORED = 20           # bytes of memory traffic for a stored float32: packed, read, copied

# ---- the study ------------------------------------------------------------------------------------

LINE = 30.4           # bytes of a line of the units file: a code of 8, lon and lat with 6 decimals
PANEL_LINE = 50       # of the panel: the same code, the year, five numbers
