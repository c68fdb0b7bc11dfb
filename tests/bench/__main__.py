"""`make bench`: one table, and last, one JSON line. Every ratio is between two figures of this same run."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog
from confluent_kafka.admin import AdminClient, NewTopic
from faststream import AckPolicy
from rich.console import Console
from rich.table import Table

from contracts import topics
from services.local import laying
from services.local.platform import Platform
from services.plumbing.loop import run, steady
from services.plumbing.settings import PipesSettings
from services.sites import load_site
from tests.bench import hops
from tests.bench import hub as whole
from tests.bench.loop import Ground, filled, laid_out, raw_on_the_same, received, same_bytes, service_loop
from tests.bench.rebuilding import rebuilding
from tests.bench.screening import screening
from tests.bench.sealing import TEXT_BYTES, sealing
from tests.bench.telling import deciding, entering
from tests.bench.tutorial import tutorial_chain, tutorial_loop

BATCH = PipesSettings.model_fields["batch_records"].default
ROUNDS = 5
"""How often the styles take turns, for a shared machine is faster and slower by the minute; ratios are medians."""
REST_SECONDS = 10
"""Memory is looked at before anything came, and again at rest: what the last batches held is no growth."""
say = Console(stderr=True)


async def loops(quick: bool) -> dict[str, Any]:
    """Measure one service's loop, the raw loop and the tutorial style on the same events."""
    count, few, referrals = (5_000, 300, 100) if quick else (30_000, 1_500, 400)
    with tempfile.TemporaryDirectory() as folder:
        async with Platform.started(Path(folder)) as platform:
            ground = await laid_out(platform, load_site("whatcom"))
            _make_topics(ground, "bench.out")
            steady()
            rounds = [await _one_round(ground, number, count, few) for number in range(1 if quick else ROUNDS)]
            work = await same_bytes(ground)
            # Each hop hears the same referral again, so that every hop of the chain reads what it can check.
            work = replace(work, outputs=(("", received(0)[1]),))
            chained = {}
            for name, chain_of in (("all", hops.ALL), ("way", hops.ON_THE_WAY)):
                say.print(f"the tutorial's style, {len(chain_of)} hops …")
                _make_topics(ground, *(f"{name}.{topic}" for topic in hops.TOPICS))
                await filled(ground, 0, referrals, topic=f"{name}.{hops.TO_HUB}")
                chained[name] = await tutorial_chain(ground, work, chain_of, name, referrals)
    ours, raw, one, timed = (statistics.median(column) for column in zip(*rounds, strict=True))
    return {
        "loop_per_second": round(ours),
        "raw_per_second": round(raw),
        "tutorial_per_second": round(one),
        "tutorial_by_timer_per_second": round(timed),
        "tutorial_chain_per_second": round(referrals / chained["all"], 1),
        "tutorial_way_per_second": round(referrals / chained["way"], 1),
        "loop_to_raw": round(statistics.median(ours / raw for ours, raw, _, _ in rounds), 2),
        "loop_to_tutorial": round(statistics.median(ours / one for ours, _, one, _ in rounds), 1),
        "loop_to_tutorial_by_timer": round(statistics.median(ours / timed for ours, _, _, timed in rounds), 1),
    }


async def _one_round(ground: Ground, number: int, count: int, few: int) -> tuple[float, float, float, float]:
    """Let each style do the same once, right after one another: messages a second of each."""
    await filled(ground, number * count, count)
    say.print("one service's loop …")
    ours = await service_loop(ground, count, BATCH)
    work = await same_bytes(ground)
    say.print("the raw loop …")
    raw = await raw_on_the_same(ground, work, number, count, BATCH)
    say.print("the tutorial's style …")
    one = await tutorial_loop(ground, work, few)
    timed = await tutorial_loop(ground, work, few, AckPolicy.ACK_FIRST)
    return count / ours, count / raw, few / one, few / timed


async def chain(quick: bool, many: int) -> dict[str, Any]:
    """Measure the whole hub: its memory before anything came, at ten a second, saturated, and its memory again."""
    burst, bursts, steady = (500, 1, 50) if quick else (3_000, 3, 600)
    with tempfile.TemporaryDirectory() as folder:
        async with whole.running_hub(Path(folder)) as hub:
            with whole.Lanes(hub).watched() as lanes:
                await whole.make_room(hub)
                at_start = hub.memory()
                await whole.saturated(hub, lanes, 0, 200)
                say.print("ten referrals a second …")
                waits = await whole.at_a_steady_rate(hub, lanes, 200, 10, steady)
                say.print("as many as it takes …")
                firsts = range(200 + steady, 200 + steady + bursts * burst, burst)
                seconds = [await whole.saturated(hub, lanes, first, burst) for first in firsts]
                say.print(f"{many} referrals, for the memory …")
                long = await whole.saturated(hub, lanes, 200 + steady + bursts * burst, many)
                under_load = hub.memory()
                await asyncio.sleep(REST_SECONDS)
                at_end = hub.memory()
    return {
        "chain_per_second": round(burst / statistics.median(seconds)),
        "chain_per_second_over_all": round(many / long),
        "latency_p50_ms": round(statistics.median(waits) * 1_000),
        "latency_p99_ms": round(waits[int(len(waits) * 0.99) - 1] * 1_000),
        "memory_at_start_mib": at_start >> 20,
        "memory_under_load_mib": under_load >> 20,
        "memory_after_mib": at_end >> 20,
        "memory_after_referrals": many,
        "memory_growth": round(at_end / at_start - 1, 3),
    }


def _make_topics(ground: Ground, *names: str) -> None:
    kafka = ground.kafka
    admin = AdminClient({
        "bootstrap.servers": kafka["bootstrap_servers"],
        "security.protocol": kafka["security_protocol"],
        "sasl.mechanism": kafka["sasl_mechanism"],
        "sasl.username": kafka["sasl_plain_username"],
        "sasl.password": kafka["sasl_plain_password"],
    })  # fmt: skip
    # As many partitions as the hub's own topics have, so that all styles are read alike.
    partitions = laying.wanted(ground.site).topics[topics.REFERRALS].partitions
    for made in admin.create_topics([NewTopic(name, partitions, 1) for name in names]).values():
        made.result()


def _rows(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        ("one service's loop / raw loop", f"{found['loop_to_raw']}", "≥ 0.5, aim 0.7"),
        ("one service's loop / tutorial style", f"{found['loop_to_tutorial']} ×", "≥ 20 ×"),
        (
            "the same, if its offsets are committed by a timer and a crash may lose some",
            f"{found['loop_to_tutorial_by_timer']} ×",
            "≥ 20 ×, read strictly",
        ),
        ("whole chain / its 12 hops in tutorial style", f"{found['chain_to_tutorial']} ×", "≥ 8 ×, aim 12"),
        (
            "whole chain / the 7 hops alone on the offer's way",
            f"{found['chain_to_tutorial_way']} ×",
            "≥ 8 ×, read strictly",
        ),
        ("submitted → lane at 10/s, p50", f"{found['latency_p50_ms']} ms", ""),
        ("submitted → lane at 10/s, p99", f"{found['latency_p99_ms']} ms", "< 250 ms on a quiet machine"),
        (
            f"memory of all services at rest, 0 → {found['memory_after_referrals']} referrals",
            f"{found['memory_at_start_mib']} → {found['memory_after_mib']} MiB",
            "growth < 20 %",
        ),
        ("the same, while the last of them are under way", f"{found['memory_under_load_mib']} MiB", ""),
        (
            f"sealing and opening {TEXT_BYTES} bytes; each / AES-256-GCM alone",
            f"{found['seal_us']} and {found['open_us']} µs; {found['seal_to_raw']} and {found['open_to_raw']} ×",
            "≤ 20 µs each",
        ),
        (
            "screenings on one core, evaluation alone; one / the bare clauses in Python",
            f"{found['screenings_per_second']}/s; {found['screening_to_bare']} ×",
            "≥ 10 000/s",
        ),
        (
            "the same with its inputs made; and where the same was asked before",
            f"{found['screenings_with_inputs_per_second']}/s; {found['screenings_remembered_per_second']}/s",
            "",
        ),
        (
            "may it be told? answers on one core; one answer / an empty call",
            f"{found['decisions_per_second']}/s; {found['decision_to_empty_call']} ×",
            "≥ 50 000/s",
        ),
        (
            f"the carrier's pass ({found['carrier_pass_per_second']}/s) / the same without the ledger",
            f"{found['pass_with_ledger_to_without']} ×",
            "",
        ),
        (
            f"a service rebuilt from {found['rebuild_events']} events / fetch, decode and save alone",
            f"{found['rebuild_to_raw']} ({found['rebuild_per_second']}/s)",
            "≥ 0.5",
        ),
        (
            f"the same: time an event, with {found['rebuild_stored']} stored / with {found['rebuild_events']}",
            f"{found['rebuild_stored_to_few']}",
            "≤ 1.1",
        ),
        (
            "the same: time an event, the last 10 000 / the first 10 000",
            f"{found['rebuild_last_to_first']}",
            "≤ 1.1; with --rebuilt 1000000 from 10⁴ to 10⁶",
        ),
        (
            "the same: memory then",
            f"{found['rebuild_memory_at_first_mib']} → {found['rebuild_memory_at_last_mib']} MiB",
            "flat",
        ),
        ("one service's loop", f"{found['loop_per_second']}/s", ""),
        ("raw loop", f"{found['raw_per_second']}/s", ""),
        ("tutorial style, one hop", f"{found['tutorial_per_second']}/s", ""),
        ("whole chain, the middle of three bursts", f"{found['chain_per_second']}/s", ""),
        ("tutorial style, its 12 hops", f"{found['tutorial_chain_per_second']}/s", ""),
        ("tutorial style, the 7 on the way", f"{found['tutorial_way_per_second']}/s", ""),
    ]


def main() -> None:
    """Run it all and print what was found."""
    parser = argparse.ArgumentParser(description="Measure the hub; every ratio is within this run.")
    parser.add_argument("--quick", action="store_true", help="fewer messages, for a first look")
    parser.add_argument("--referrals", type=int, help="how many the memory is measured after (100 000; quick: 2 000)")
    parser.add_argument("--rebuilt", type=int, help="from how many events a service is rebuilt (30 000; quick: 3 000)")
    parser.add_argument("--stored", type=int, help="with how many stored it goes on then (1 000 000; quick: 20 000)")
    asked = parser.parse_args()
    stored = asked.stored or (20_000 if asked.quick else 1_000_000)
    rebuilt = asked.rebuilt or (3_000 if asked.quick else 30_000)
    quick, many = asked.quick, asked.referrals or (2_000 if asked.quick else 100_000)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    found = sealing(quick) | screening(quick) | deciding(quick) | run(entering(quick))
    found |= run(loops(quick)) | run(rebuilding(rebuilt, stored)) | run(chain(quick, many))
    found["chain_to_tutorial"] = round(found["chain_per_second"] / found["tutorial_chain_per_second"], 1)
    found["chain_to_tutorial_way"] = round(found["chain_per_second"] / found["tutorial_way_per_second"], 1)
    found["limited_by"] = (
        "Python's own time on one core: each referral is read, folded and written by six services and the carrier, "
        "while PostgreSQL and Kafka share the other core"
    )
    table = Table("measure", "found", "reach")
    for row in _rows(found):
        table.add_row(*row)
    Console().print(table)
    print(json.dumps(found))  # noqa: T201  # the last line is for other programs


if __name__ == "__main__":
    main()
