# %% [markdown]
# # From records to a model, in a notebook
#
# Synthetic records with a known truth, features as of a day by what was known then, a model fitted on them,
# and what it says beside what came. On a network of your own, `book = insight.open()`; the rest is the same.
# `python docs/made/notebook.py` runs the cells again.

# %%
import tempfile
from pathlib import Path

import qianbao.insight as insight
from qianbao.insight.features.histories import histories
from qianbao.insight.synth import files
from qianbao.insight.synth.truth import World

folder = Path(tempfile.mkdtemp())
world = World(r=1.2, alpha=30.0, a=1.5, b=12.0, recurring=0.0, persuaded=0.0, anyway=0.0)
made = files.write(folder, people=4_000, days=480, seed=11, world=world)
print(f"{made.purchases:,} purchases, {made.refunds:,} refunds")

# %%
book = insight.synthetic(folder)
people = book.features("2025-12-31").to_pandas()
people[
    ["purchases_90d", "spent_90d", "recency_days", "gap_mean_days", "category_entropy_365d"]
].describe().round(1)

# %% [markdown]
# Purchases as BG/NBD sees them: a rate and a chance of leaving that differ between people. The records were
# drawn from `r = 1.2, alpha = 30 days, a = 1.5, b = 12`.

# %%
model = insight.fit_bgnbd(people, unit_days=1.0)
{name: round(getattr(model, name), 2) for name in ("r", "alpha", "a", "b")}

# %% [markdown]
# What it expects of the next 90 days, and what came: by how often somebody came before.

# %%
later = book.features("2026-03-31", ["days_90d"]).to_pandas().set_index("person")["days_90d"]
told = people.assign(
    expected=model.expected(histories(people), 90.0),
    came=people["person"].map(later).fillna(0),
    before=people["days"].clip(upper=12),
)
told.groupby("before")[["expected", "came"]].mean().round(2)

# %% [markdown]
# A feature as of a day reads nothing that was learnt after it: a refund is in the figures of the days from
# which on it was known, whatever the date of its purchase.

# %%
[
    int(book.features(day, ["refunds_365d"])["refunds_365d"].to_numpy().sum())
    for day in ("2025-03-31", "2025-06-30", "2025-12-31")
]
