"""Asks every question of Footprint, DuckDB and PostgreSQL on the same events, checks that the answers are the same, and
prints how long they took, as rows of Markdown.

Warm is the best of three; cold, with --cold, the first after the engine was opened with its files out of the page
cache. Engines take turns question by question, so that a machine that slows down slows all of them.
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import sys
import time

import asked
from engines import PATIENCE_SECONDS, THREADS, COLUMNS, DuckDB, Footprint, PostgreSQL, TooLong

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ROUNDS = 3
# Once is enough for what takes so long.
LONG_SECONDS = 10


def main():
    parser = argparse.ArgumentParser(prog="Benchmarks/questions/run", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="how many (default: 1000000)")
    parser.add_argument("--days", type=int, default=365, help="over how many days (default: 365)")
    parser.add_argument("--until", default="2025-10-31", help="their last day of UTC (default: 2025-10-31)")
    parser.add_argument("--folder", default=ROOT / ".cache" / "bench-questions", type=pathlib.Path)
    parser.add_argument("--peers", default="duckdb,postgresql", help="some of duckdb,postgresql; or none")
    parser.add_argument("--only", default="", help="some of the questions, with commas")
    parser.add_argument("--cold", action="store_true", help="measure cold too: every engine starts for every question")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures here as well")
    arguments = parser.parse_args()

    # A day of the questions' zone begins inside a day of the events', so that the last one is left out.
    end = seconds_of(arguments.until) + asked.DAY - asked.ZONE_SECONDS
    start = end - (arguments.days - 1) * asked.DAY
    folder = arguments.folder / f"{arguments.events}-{arguments.days}-{arguments.until}"
    engines = prepare(arguments, folder)
    print(machine(arguments), file=sys.stderr)
    ranges = {"7 days": (end - 7 * asked.DAY, end), "30 days": (end - 30 * asked.DAY, end), "everything": (start, end)}
    ranges = {name: range_ for name, range_ in ranges.items() if range_[0] >= start}
    trace, uid = subjects(engines[0], (end - 40 * asked.DAY, end - 39 * asked.DAY))
    wanted = set(filter(None, arguments.only.split(",")))
    work = [
        (question, name, range_, None) for question in asked.OF_A_PERIOD for name, range_ in ranges.items()
    ] + [(asked.TRACE, "", None, trace), (asked.USER, "", None, uid)]
    figures = [
        measured(question, name, range_, subject, engines, arguments.cold)
        for question, name, range_, subject in work
        if not wanted or question.name in wanted
    ]
    for engine in engines:
        engine.close()
    table(figures, engines, arguments.cold)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1))
    if any(figure["differs"] for figure in figures):
        sys.exit("bench-questions: answers differ")


def seconds_of(day):
    import datetime

    return int(datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.timezone.utc).timestamp())


def prepare(arguments, folder):
    """Makes the events where they are not there yet, and gives every engine the same ones."""
    folder.mkdir(parents=True, exist_ok=True)
    program = str(ROOT / ".build" / "release" / "footprint")
    ours = Footprint(program, str(folder / "footprint"))
    done = folder / "made"
    made = set(done.read_text().split()) if done.exists() else set()

    def once(name, make):
        if name not in made:
            print(f"bench-questions: {name} …", file=sys.stderr)
            make()
            made.add(name)
            done.write_text("\n".join(sorted(made)))

    once(
        "events",
        lambda: ours.command(
            "demo", "--events", str(arguments.events), "--days", str(arguments.days), "--until", arguments.until
        ),
    )
    engines = [ours]
    parquet = folder / "events.parquet"
    peers = set(arguments.peers.split(","))
    if peers & {"duckdb", "postgresql"}:
        first = seconds_of(arguments.until) - arguments.days * asked.DAY
        once(
            "export",
            lambda: ours.command(
                "export", "--format", "parquet", "-o", str(parquet), "--from", str(first), "--to",
                str(seconds_of(arguments.until) + 2 * asked.DAY),
            ),
        )
    if "duckdb" in peers:
        duck = DuckDB(folder / "duckdb")
        # At 100 million rows the indexes alone would take more memory than the machine has.
        once("duckdb", lambda: duck.load(parquet, indexed=arguments.events <= 10_000_000))
        engines.append(duck)
    if "postgresql" in peers:
        postgres = PostgreSQL(folder / "postgresql")
        once("postgresql", lambda: load_postgres(postgres, parquet, folder / "events.csv"))
        engines.append(postgres)
    for engine in engines:
        engine.open()
    return engines


def load_postgres(postgres, parquet, csv):
    import duckdb

    duckdb.sql(f"COPY (SELECT {COLUMNS} FROM read_parquet('{parquet}')) TO '{csv}' (HEADER)")
    postgres.load(csv)
    csv.unlink()


def subjects(ours, range_):
    """A trace, and the user it belongs to."""
    flow = ours.ask(f"retention_users?cohort={day_of(range_[0])}&from={range_[0]}&to={range_[1]}&limit=1")
    uid = flow[0]["uid"]
    events = ours.ask(f"users/{uid}")["events"]
    return next(event["trace_id"] for event in events if event["trace_id"]), uid


def day_of(seconds):
    import datetime

    zone = datetime.timezone(datetime.timedelta(seconds=asked.ZONE_SECONDS))
    return datetime.datetime.fromtimestamp(seconds, zone).date().isoformat()


def measured(question, name, range_, subject, engines, is_cold):
    figure = {"question": question.name, "range": name, "differs": [], "warm": {}, "cold": {}}
    answers = {}
    if is_cold:
        for engine in engines:
            engine.close()
            engine.forget()
            engine.open()
            figure["cold"][engine.name], _ = timed(engine, question, range_, subject)
    for round_ in range(ROUNDS):
        for engine in engines:
            best = figure["warm"].get(engine.name)
            if round_ > 0 and (best is None or best > LONG_SECONDS):
                continue
            seconds, answer = timed(engine, question, range_, subject)
            answers[engine.name] = answer
            if best is None or (seconds is not None and seconds < best):
                figure["warm"][engine.name] = seconds
    mine = answers[engines[0].name]
    for engine in engines[1:]:
        theirs = answers[engine.name]
        if mine is not None and theirs is not None and mine != theirs:
            figure["differs"].append(engine.name)
            place = next((i for i, pair in enumerate(zip(mine, theirs)) if pair[0] != pair[1]), min(len(mine), len(theirs)))
            print(
                f"{question.name} {name}: {engine.name} answers otherwise, first in row {place} of {len(mine)} and "
                f"{len(theirs)}:\n  {mine[place:place + 1]}\n  {theirs[place:place + 1]}",
                file=sys.stderr,
            )
    print(question.name, name, figure["warm"], figure["cold"], file=sys.stderr)
    return figure


def timed(engine, question, range_, subject):
    """Seconds and answer; neither where it took too long."""
    start = time.perf_counter()
    try:
        answer = engine.answer(question, range_, subject)
    except TooLong as error:
        print(f"{question.name}: {engine.name} gave up: {error}", file=sys.stderr)
        return None, None
    return time.perf_counter() - start, answer


def table(figures, engines, is_cold):
    names = [engine.name for engine in engines]
    columns = [f"{name} ms" for name in names] + ([f"{name} cold ms" for name in names] if is_cold else [])
    print("| question | range | " + " | ".join(columns) + " | DuckDB ÷ Footprint |")
    print("|---|---|" + "---:|" * (len(columns) + 1))
    for figure in figures:
        values = [figure["warm"].get(name) for name in names]
        if is_cold:
            values += [figure["cold"].get(name) for name in names]
        mine, duck = figure["warm"].get("Footprint"), figure["warm"].get("DuckDB")
        ratio = f"{duck / mine:.1f}" if mine and duck else ""
        cells = [f"{value * 1000:,.0f}" if value is not None else "gave up" for value in values]
        print(f"| `{figure['question']}` | {figure['range']} | " + " | ".join(cells) + f" | {ratio} |")


def machine(arguments):
    model = next(
        (line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?"
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    free = shutil.disk_usage(arguments.folder).free >> 30
    return (
        f"{arguments.events:,} events of {arguments.days} days; {model}, {os.cpu_count()} cores, {memory} GiB, "
        f"Linux {platform.release()}, {free} GiB of disk free; load {os.getloadavg()[0]:.1f}; peers with {THREADS} "
        f"threads, given up after {PATIENCE_SECONDS} s"
    )


if __name__ == "__main__":
    main()
