"""What the rules draw: whom, which, what words, and how many."""

from hypothesis import strategies as st

KINDS = ("ping", "contact_request", "chat_message", "work_order", "notification")
STATUSES = ("pending", "accepted", "rejected", "cancelled", "expired", "completed", "failed")

# Which of those that there are; 0 is the last.
picks = st.integers(0, 63)

# Whom: Dan may not have come yet, and nobody ever does.
names = st.sampled_from(["ada", "bob", "cyd", "ada", "bob", "cyd", "dan", "nobody"])

limits = st.sampled_from([50, 1, 2, 3, 7, 100])

# Short enough for the watch over the logs to overlook; what texts may hold has tests of its own.
words = st.sampled_from(["Hello", "Wie geht’s?", "  two  ", "no\nend", "“so”", "0"])
lines = words.filter(lambda text: "\n" not in text)

objects = st.none() | st.dictionaries(
    st.sampled_from(["a", "b", "status"]),
    st.integers(-(10**20), 10**20) | st.booleans() | words | st.none(),
    max_size=2,
)

budgets = st.sampled_from([None, 0, 15000, 99.99, 0.1])

# Seconds until a deadline: mostly there is time, or no deadline at all.
deadlines = st.sampled_from([None, 60, 60, 1, 600, 90_000, 0.002, -5, 0])

# Milliseconds beside a moment; a write comes one later.
besides = st.sampled_from([-1, 0, -2, 1, 1000])

policies = st.sampled_from(["open", "open", "open", "approved", "closed"])

# How often a write is sent with its key; 0 is once without one.
times = st.sampled_from([0, 0, 1, 2])
