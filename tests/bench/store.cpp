// SPDX-License-Identifier: GPL-2.0-or-later
// What durability costs: commits, fsyncs and CPU per change, alone and in groups. Usage: store DIRECTORY
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>

#include "bridge/loop.h"
#include "bridge/sqlite_store.h"

namespace {

using namespace bridge;
using Moment = std::chrono::steady_clock;

double cpuUs(int who) {
  rusage used{};
  getrusage(who, &used);
  const auto us = [](const timeval& t) { return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec); };
  return us(used.ru_utime) + us(used.ru_stime);
}

session::QueuedRecord stop(std::uint64_t number) {
  ocpp::StopTransaction::Request request;
  request.transactionId.value = static_cast<std::int64_t>(number);
  request.idTag.emplace("04A1B2C3D4E5F6");
  request.timestamp = {ocpp::Instant(ocpp::Duration(1'700'000'000'000 + static_cast<std::int64_t>(number))), true};
  request.meterStop = 4711;
  return {number, request, 0, {}, 0, number};
}

session::TransactionRecord tx(std::uint64_t number) {
  session::TransactionRecord record;
  record.soapTxId = static_cast<std::int64_t>(number);
  record.connectorId = 1;
  record.idTag = "04A1B2C3D4E5F6";
  record.start = ocpp::Instant(ocpp::Duration(1'700'000'000'000 + static_cast<std::int64_t>(number)));
  record.state = session::TransactionState::Active;
  record.startInfo.emplace();
  record.key = number;
  return record;
}

struct Figures {
  double seconds, cpu, loopCpu;
  std::uint64_t commits;
};

/// `total` changes by `chargers` chargers, `together` of them at once, each group waited for.
template <class Change>
Figures measure(Loop& loop, SqliteStore& store, std::size_t total, std::size_t together, Change change) {
  const auto commits = store.status().commits;
  const double cpu = cpuUs(RUSAGE_SELF), loopCpu = cpuUs(RUSAGE_THREAD);
  const auto begin = Moment::now();
  for (std::size_t done = 0; done < total; done += together) {
    std::size_t waiting = together;
    for (std::size_t i = 0; i < together; ++i)
      store.whenDurable(change(done + i), [&](bool ok, const std::string& error) {
        if (!ok) std::printf("failed: %s\n", error.c_str());
        --waiting;
      });
    while (waiting > 0) ev_run(loop.raw(), EVRUN_ONCE);
  }
  const double seconds = std::chrono::duration<double>(Moment::now() - begin).count();
  return {seconds, cpuUs(RUSAGE_SELF) - cpu, cpuUs(RUSAGE_THREAD) - loopCpu, store.status().commits - commits};
}

/// As a busy bridge does it: a change per turn, a turn each 30 us, commits spaced as by default.
Figures measureTurns(Loop& loop, const std::string& directory, std::size_t total) {
  SqliteStoreOptions options;
  options.directory = directory;
  SqliteStore store(loop, options);
  Ticket last = 0;
  const auto begin = Moment::now();
  const double cpu = cpuUs(RUSAGE_SELF), loopCpu = cpuUs(RUSAGE_THREAD);
  for (std::size_t i = 0; i < total; ++i) {
    last = store.put("CP" + std::to_string(i % 1000), stop(i + 1));
    for (const auto turn = Moment::now(); Moment::now() - turn < std::chrono::microseconds(30);) continue;
    ev_run(loop.raw(), EVRUN_NOWAIT);
  }
  while (store.pending(last)) ev_run(loop.raw(), EVRUN_ONCE);
  const double seconds = std::chrono::duration<double>(Moment::now() - begin).count();
  return {seconds, cpuUs(RUSAGE_SELF) - cpu, cpuUs(RUSAGE_THREAD) - loopCpu, store.status().commits};
}

void print(const char* what, std::size_t total, const Figures& f) {
  const auto n = static_cast<double>(total);
  std::printf("%-44s %8.0f changes/s %7.0f commits/s %7.1f us CPU each (loop %5.2f) %6.1f commits per 1000\n", what,
              n / f.seconds, static_cast<double>(f.commits) / f.seconds, f.cpu / n, f.loopCpu / n,
              1000.0 * static_cast<double>(f.commits) / n);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  Loop loop;
  SqliteStoreOptions options;
  options.directory = argv[1];
  options.commitSpacing = std::chrono::milliseconds(0);  // what the disk can do
  {
    SqliteStore store(loop, options);
    const auto charger = [](std::size_t i) { return "CP" + std::to_string(i % 1000); };
    const auto put = [&](std::size_t i) { return store.put(charger(i), stop(i + 1)); };
    const auto putTx = [&](std::size_t i) { return store.put(charger(i), tx(i + 1)); };
    const auto erase = [&](std::size_t i) { return store.erase(charger(i), stop(i + 1)); };
    measure(loop, store, 2000, 1000, putTx);
    print("put tx, 1 per commit", 2000, measure(loop, store, 2000, 1, putTx));
    print("put tx, 1000 per commit (updates)", 50000, measure(loop, store, 50000, 1000, putTx));
    print("put queued, 1 per commit", 2000, measure(loop, store, 2000, 1, put));
    print("put queued, 1000 per commit", 100000, measure(loop, store, 100000, 1000, put));
    print("erase queued, 1 per commit", 2000, measure(loop, store, 2000, 1, erase));
    print("erase queued, 1000 per commit", 50000, measure(loop, store, 50000, 1000, erase));
  }
  print("put queued, one per turn of 30 us, spaced", 20000, measureTurns(loop, options.directory + "/turns", 20000));
  const auto begin = Moment::now();
  std::size_t records = 0, chargers = 0;
  SqliteStore store(loop, options);
  const double opened = std::chrono::duration<double>(Moment::now() - begin).count();
  store.load([&](StoredCharger&& c) { records += c.records.size(), ++chargers; },
             [](const std::string& line) { std::printf("%s\n", line.c_str()); });
  std::printf("restart: %.2f s checking, %.2f s loading %zu records of %zu chargers; database %.1f MB\n", opened,
              std::chrono::duration<double>(Moment::now() - begin).count() - opened, records, chargers,
              static_cast<double>(std::filesystem::file_size(databasePath(argv[1]))) / 1e6);
  return 0;
}
