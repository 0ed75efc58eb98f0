"""What Lighthouse says of one page of each kind, on its simulated phone: medians of three runs.

    bench/run lighthouse
    .venv/bin/python bench/lighthouse.py --runs 1 --kinds home,article

The site is served as a real clinic's: without sample marks, which would hide it from search engines, and as
behind a proxy that ends TLS. Pages that are meant to be hidden from them, the request and the search, are not
asked whether they can be found. The starter content has no photographs; its dated notices come and go, so all
are taken out but the one that the page "with a notice" shows. Lighthouse needs Node, is installed by npm as
bench/lighthouse_tool/ names it, and speaks with this computer alone. The phone's processor is this
computer's, made slower: on a busy one the paints come later and the score for performance falls.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from bench.figures import Aim, machine, verdict  # noqa: E402
from bench.own_site import OwnSite, own_site  # noqa: E402
from tests.browser import FLAGS, chrome_path  # noqa: E402

TOOL = ROOT / "bench" / "lighthouse_tool"
PROGRAM = TOOL / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
COLUMNS = ("perf.", "acc.", "best", "SEO", "FCP", "LCP", "CLS")
PAINTS = {"FCP": "first-contentful-paint", "LCP": "largest-contentful-paint"}
RUN_SECONDS = 180
ATTEMPTS = 3
"""A run on a busy computer may end without a trace, which says nothing about the page."""

MOST_MILLISECONDS = 800
MOST_SHIFT = 0.0

NOTICE = "/facial-paralysis/virtual-visits/"
CHOSEN = {"article": "/health-library/bells-palsy/", "list": "/team/", "location": "/locations/cleveland/"}
"""Of a kind with many pages, the one to measure; of all others the first in the order of their addresses."""

BESIDE = {
    "with a notice": NOTICE,
    "request": "/request/",
    "request: a step": "/request/safety/",
    "request: emergency": "/request/emergency/",
    "search": "/search/",
    "search: answers": "/search/?q=face+droop",
}
HIDDEN = ("/request/", "/search/")
SPANISH = ("home", "article", "explorer", "nerve", "request")


@dataclass(frozen=True, slots=True)
class Run:
    """One run on one page; paints in milliseconds, scores in hundredths."""

    scores: dict[str, float]
    paints: dict[str, float]
    shift: float
    size: int
    failed: list[str]


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench/lighthouse.py")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--kinds", help="only these, with commas between; Spanish ones end in (es)")
    options = parser.parse_args()
    if missing := cannot():
        print(f"not measured: {missing}")
        return 1
    with own_site(real=True, pictures=False, notice_on=NOTICE) as site:
        chosen = options.kinds.split(",") if options.kinds else list(pages(site))
        node = subprocess.run(
            ["node", "--version"], capture_output=True, text=True, check=True
        ).stdout.strip()
        print(f"{machine('django', 'granian')}; node {node}")
        print(f"Lighthouse {version()}, simulated phone, medians of {options.runs}; paints in ms\n")
        print(f"{'kind':24}" + "".join(f"{name:>7}" for name in COLUMNS) + "    bytes")
        aims: list[Aim] = []
        for kind in chosen:
            runs = [measured(site, pages(site)[kind]) for _number in range(options.runs)]
            aims += told(kind, runs)
    print("not measured: the error pages, since Lighthouse measures no page that answers with an error")
    return verdict(aims)


def cannot() -> str:
    """What is missing here; empty where nothing is. Installs Lighthouse where npm can."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return f"no {program}"
    try:
        chrome_path()
    except RuntimeError as error:
        return str(error)
    if not PROGRAM.exists():
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        if subprocess.run(command, cwd=TOOL, check=False).returncode:
            return "npm could not install Lighthouse"
    return ""


def version() -> str:
    return str(json.loads((TOOL / "package.json").read_text())["dependencies"]["lighthouse"])


def pages(site: OwnSite) -> dict[str, str]:
    """Kind and address of each page to measure."""
    first = {kind: path for path, kind in sorted(site.kinds.items(), reverse=True)}
    english = {kind: CHOSEN.get(kind, first[kind]) for kind in sorted(first)} | BESIDE
    return english | {f"{kind} (es)": f"/es{english[kind]}" for kind in SPANISH}


def measured(site: OwnSite, address: str) -> Run:
    flags = " ".join(["--headless=new", *FLAGS])
    command = [
        str(PROGRAM), f"{site.url}{address}", "--quiet", "--output=json", "--output-path=stdout",
        f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={flags}", "--no-enable-error-reporting",
    ]  # fmt: skip
    if address.removeprefix("/es").startswith(HIDDEN):
        command.append("--skip-audits=is-crawlable")
    environment = {**os.environ, "CHROME_PATH": chrome_path()}
    for _attempt in range(ATTEMPTS):
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=RUN_SECONDS, check=False
        )
        if done.returncode == 0:
            return read(json.loads(done.stdout))
    raise SystemExit(f"Lighthouse failed on {address}:\n{done.stderr}")


def read(report: dict[str, Any]) -> Run:
    audits, categories = report["audits"], report["categories"]
    weighed = {
        each["id"] for category in categories.values() for each in category["auditRefs"] if each["weight"]
    }
    return Run(
        scores={name: 100 * (categories[name]["score"] or 0) for name in CATEGORIES},
        paints={name: audits[audit]["numericValue"] for name, audit in PAINTS.items()},
        shift=audits["cumulative-layout-shift"]["numericValue"],
        size=int(audits["total-byte-weight"]["numericValue"]),
        failed=sorted(
            name for name in weighed if (audits[name]["score"] or 0) < 1 and is_scored(audits[name])
        ),
    )


def is_scored(audit: dict[str, Any]) -> bool:
    return audit["scoreDisplayMode"] not in ("notApplicable", "informative", "manual")


def told(kind: str, runs: list[Run]) -> list[Aim]:
    """Print the medians of one page; what they have to be."""
    scores = {name: median(run.scores[name] for run in runs) for name in CATEGORIES}
    paints = {name: median(run.paints[name] for run in runs) for name in PAINTS}
    shift = median(run.shift for run in runs)
    figures = [f"{each:7.0f}" for each in (*scores.values(), *paints.values())]
    failed = ", ".join(sorted({name for run in runs for name in run.failed}))
    print(
        f"{kind:24}{''.join(figures)}{shift:7.3f}{median(run.size for run in runs):9.0f}  {failed}",
        flush=True,
    )
    return [
        *(Aim(f"{kind}: {name}", score, least=100) for name, score in scores.items()),
        *(
            Aim(f"{kind}: {name}", paint, most=MOST_MILLISECONDS, unit=" ms")
            for name, paint in paints.items()
        ),
        Aim(f"{kind}: layout shift", shift, most=MOST_SHIFT),
    ]


if __name__ == "__main__":
    sys.exit(main())
