// SPDX-License-Identifier: GPL-2.0-or-later
// Chargers as the store has them: at start, when they are configured or speak later, and what nobody serves (FIELD A1,
// TX-15).
#include "bridge/shard_loading.h"

#include <algorithm>

#include "bridge/charger.h"
#include "session/transactions.h"

namespace bridge {

namespace {

constexpr std::chrono::milliseconds askAgainAfter = std::chrono::seconds(10);

/// Messages of it that wait; those that were not loaded by their numbers.
std::size_t queuedIn(const StoredCharger& stored) {
  std::size_t count = static_cast<std::size_t>(
      std::count_if(stored.records.begin(), stored.records.end(),
                    [](const StoredRecord& record) { return std::holds_alternative<session::QueuedRecord>(record); }));
  if (stored.rest.firstQueued != 0) count += stored.rest.lastQueued - stored.rest.firstQueued + 1;
  return count;
}

/// A charger that leaves, as its last settings say (TX-15).
std::optional<ChargerConfig> leavingConfig(const StoredCharger& stored, std::string& problem) {
  const auto backend = readBackend(stored.lastSettings, problem);
  if (!backend) return std::nullopt;
  ChargerConfig config;
  config.identity = stored.identity;
  config.centralIdentity = backend->identity;
  if (!backend->url.empty()) config.centralUrl = backend->url;
  config.password = backend->password;
  config.passwordFile = backend->passwordFile;
  config.passwordEnv = backend->passwordEnv;
  config.digest = "leaving";  // it had an entry
  return config;
}

}  // namespace

void Shard::Loading::ask() {
  asked_ = true;
  shard_.store()->readCharger(identity_, [shard = &shard_, alive = std::weak_ptr<bool>(shard_.alive_),
                                          identity = identity_](Store::ReadCharger&& read) {
    if (!alive.expired()) shard->loaded(identity, std::move(read));
  });
}

bool Shard::Loading::wait(Use& use) {
  if (failing_ || waiting_.size() >= mostWaiting) return false;
  waiting_.push_back(std::move(use));
  return true;
}

bool Shard::Loading::failed() {
  asked_ = false;
  shard_.deadlines().arm(*this, askAgainAfter);
  return !std::exchange(failing_, true);
}

void Shard::load(const std::string& identity) {
  if (chargers_.count(identity) != 0 || draining_) return;
  auto& slot = loading_[identity];
  if (slot) return;
  slot = std::make_unique<Loading>(*this, identity);
  slot->ask();
}

void Shard::loaded(const std::string& identity, Store::ReadCharger&& read) {
  const auto asked = loading_.find(identity);
  if (asked == loading_.end()) return;  // removed meanwhile
  if (!read.ok) {
    std::string why;
    for (const std::string& problem : read.problems) why += (why.empty() ? "" : "; ") + problem;
    if (asked->second->failed())
      outside_.log.line(Log::Level::Error, identity, "store",
                        "what is kept of it cannot be read; it is answered 503 until that is possible: " + why);
    for (const Use& use : asked->second->takeWaiting()) use(nullptr);
    return;
  }
  for (const std::string& problem : read.problems) outside_.log.line(Log::Level::Error, identity, "store", problem);
  auto config = configOf(identity);
  if (!config) return release(identity, nullptr);
  const bool known = read.charger && (!read.charger->forgotten || queuedIn(*read.charger) != 0);
  const bool stranger = config->digest.empty() && !known;
  if (!config->digest.empty()) registrations_.forget(identity);  // named while it was on trial
  if (config->digest.empty() && known) registrations_.restored(identity);
  Charger* made = create(std::move(*config), read.charger ? &*read.charger : nullptr, stranger);
  made->begin();
  release(identity, made);
}

/// Whoever waits for the identity goes on.
void Shard::release(const std::string& identity, Charger* charger) {
  const auto asked = loading_.extract(identity);
  if (asked.empty()) return;
  for (const Use& use : asked.mapped()->takeWaiting()) use(charger);
}

void Shard::addUnserved(StoredCharger&& stored) {
  const std::size_t messages = queuedIn(stored);
  if (messages != 0) {
    unserved_[stored.identity] = messages;
    outside_.log.line(Log::Level::Warning, stored.identity, "unserved",
                      std::to_string(messages) +
                          " messages wait, and nothing is known of the charger: they are "
                          "delivered as soon as it is in the chargers file again");
  }
  if (stored.unserved == (messages != 0)) return;
  ChargerRow row = static_cast<ChargerRow&&>(stored);
  row.unserved = messages != 0;
  outside_.store->putCharger(std::move(row));
}

void Shard::takeBack(StoredCharger&& stored) {
  std::string problem;
  auto config = configOf(stored.identity);
  const bool leaves = !config && !stored.forgotten;  // TX-15: also when it was removed while no bridge ran
  if (leaves) config = leavingConfig(stored, problem);
  if (!problem.empty()) outside_.log.line(Log::Level::Warning, stored.identity, "leaving", problem);
  if (!config) return addUnserved(std::move(stored));
  if (config->digest.empty()) registrations_.restored(stored.identity);
  Charger* charger = create(std::move(*config), &stored, false);
  if (leaves && !stored.leaving)
    outside_.log.line(Log::Level::Info, stored.identity, "removed", "not in the chargers file any more");
  if (leaves) charger->leave();
  charger->begin();
}

void Shard::restore() {
  restored_ = true;
  if (outside_.store) {
    outside_.store->load([this](StoredCharger&& stored) { takeBack(std::move(stored)); },
                         [this](const std::string& line) { outside_.log.line(Log::Level::Error, "", "store", line); });
    outside_.log.line(Log::Level::Info, "", "restored", std::to_string(chargers_.size()) + " chargers");
    outside_.store->onEvent(
        [this](const StoreEvent& event) { outside_.log.line(event.level, event.identity, event.event, event.text); });
    outside_.store->onCommand([this](OperatorCommand&& command) { carryOut(command); });
  }
  if (options_.session.lifecycle != session::WsLifecycle::AlwaysOn) return;
  for (const auto& [identity, config] : file_) serve(identity, [](Charger*) {});
}

// --- the operator's commands

void Shard::carryOut(const OperatorCommand& command) {
  if (command.kind == OperatorCommand::Kind::Forget) {
    forget(command);
    outside_.store->commandDone(command.id);
    return;
  }
  const auto here = chargers_.find(command.identity);
  if (here != chargers_.end()) return here->second->carryOut(command);
  if (unserved_.count(command.identity) != 0) return carryOutUnserved(command);
  const auto later = [this, command](Charger* charger) {
    if (charger) return charger->carryOut(command);
    outside_.log.line(Log::Level::Error, command.identity, "queue", "what is kept of it cannot be read now; try again");
    outside_.store->commandDone(command.id);
  };
  if (serve(command.identity, later) != Service::Served) carryOutUnserved(command);
}

/// Without settings nothing can be delivered, but it can be given up.
void Shard::carryOutUnserved(const OperatorCommand& command) {
  if (command.kind == OperatorCommand::Kind::DiscardQueued && command.queued) {
    const session::QueuedRecord& queued = *command.queued;
    const ocpp::Instant now = outside_.clock.calendar();
    outside_.store->put(command.identity,
                        session::DeadLetterRecord{queued.number, queued.request, queued.attempts, command.reason, now,
                                                  now, queued.key, queued.backend, queued.starts});
    outside_.log.line(
        Log::Level::Warning, command.identity, "dead-letter",
        "discarded by the operator: " + std::string(ocpp::actionName(queued.request)) + ": " + command.reason);
    outside_.store->erase(command.identity, queued);
    for (const StoredRecord& each : command.related) {  // TX-8: what its charger says of it was never started
      const auto* tx = std::get_if<session::TransactionRecord>(&each);
      if (!tx || !ocpp::is<ocpp::StartTransaction>(queued.request) || !session::isUndelivered(*tx)) continue;
      session::TransactionRecord dead = *tx;
      dead.backendTxId = -1;
      outside_.store->put(command.identity, dead);
    }
    const auto counted = unserved_.find(command.identity);
    if (counted != unserved_.end() && counted->second > 1)
      --counted->second;
    else if (counted != unserved_.end())
      unserved_.erase(counted);
  } else {
    outside_.log.line(Log::Level::Warning, command.identity, "unserved",
                      "the operator's command cannot be carried out: nothing is known of the charger; add it to the "
                      "chargers file");
  }
  outside_.store->commandDone(command.id);
}

/// True when the identity is free again.
bool Shard::forget(const OperatorCommand& command) {
  const auto refuse = [&](const char* why) {
    outside_.log.line(Log::Level::Warning, command.identity, "forgotten", why);
    return false;
  };
  if (file_.count(command.identity) != 0) return refuse("it stands in the chargers file: take it out there");
  const auto here = chargers_.find(command.identity);
  const bool waits = outside_.store->waitingBytes(command.identity) > 0;
  if (waits && command.reason.empty()) return refuse("something of it waits: give a reason to make it dead letters");
  if (here != chargers_.end()) chargers_.erase(here);
  release(command.identity, nullptr);
  unserved_.erase(command.identity);
  registrations_.forget(command.identity);
  const Ticket ticket =
      outside_.store->forgetCharger(command.identity, command.reason.empty() ? "forgotten" : command.reason);
  const auto tell = [this, alive = std::weak_ptr<bool>(alive_), identity = command.identity](bool ok,
                                                                                             const std::string& why) {
    if (alive.expired()) return;
    outside_.log.line(ok ? Log::Level::Info : Log::Level::Error, identity, "forgotten",
                      ok ? "by the operator" : "not forgotten, give the command again: " + why);
  };
  outside_.store->whenDurable(ticket, tell);
  return true;
}

}  // namespace bridge
