// SPDX-License-Identifier: GPL-2.0-or-later
// TX-11: only evidence makes a reason, and none of it is older than the transaction.
#include "session/evidence.h"

#include <algorithm>

namespace session {

using namespace ocpp;

namespace {

constexpr Duration unlockWindow = std::chrono::seconds(60);
constexpr Duration resetWindow = std::chrono::minutes(5);
constexpr Duration unansweredWindow = std::chrono::seconds(60);
constexpr std::size_t mostCommands = 16;

bool isOf(const std::vector<std::weak_ptr<LiveTransaction>>& concerned, const TransactionRecord& record) {
  return std::any_of(concerned.begin(), concerned.end(),
                     [&](const auto& each) { return each.lock().get() == &record; });
}

void add(std::vector<std::weak_ptr<LiveTransaction>>& concerned, const Transaction& transaction) {
  const auto gone = [](const auto& each) { return each.expired(); };
  concerned.erase(std::remove_if(concerned.begin(), concerned.end(), gone), concerned.end());
  if (transaction && !isOf(concerned, *transaction)) concerned.push_back(transaction);
}

}  // namespace

bool Evidence::isReset(Reason reason) { return reason == Reason::HardReset || reason == Reason::SoftReset; }

Evidence::Command* Evidence::find(ChargerRequestId id) {
  const auto found = std::find_if(commands_.begin(), commands_.end(), [&](const Command& c) { return c.id == id; });
  return found == commands_.end() ? nullptr : &*found;
}

void Evidence::addConcerned(Command& command, const Transactions& transactions) {
  if (command.reason == Reason::UnlockCommand) add(command.concerned, transactions.openOn(command.connectorId));
  if (!isReset(command.reason)) return;
  for (const Transaction& each : transactions.all())
    if (isOpen(*each)) add(command.concerned, each);
}

void Evidence::asked(ChargerRequestId id, const Request& request, const Transactions& transactions) {
  Command command;
  command.id = id;
  if (const auto* stop = std::get_if<RemoteStopTransaction::Request>(&request)) {
    command.reason = Reason::Remote;
    add(command.concerned, transactions.byBackendId(stop->transactionId.value));
  } else if (const auto* unlock = std::get_if<UnlockConnector::Request>(&request)) {
    command.reason = Reason::UnlockCommand;
    command.connectorId = unlock->connectorId;
  } else if (const auto* reset = std::get_if<Reset::Request>(&request)) {
    command.reason = reset->type == ResetType::Hard ? Reason::HardReset : Reason::SoftReset;
  } else {
    return;
  }
  addConcerned(command, transactions);
  if (commands_.size() == mostCommands) commands_.erase(commands_.begin());
  commands_.push_back(std::move(command));
}

Transaction Evidence::accepted(ChargerRequestId id, const Transactions& transactions, Steady now) {
  Command* command = find(id);
  if (!command) return nullptr;
  command->state = State::Accepted;
  command->since = now;
  addConcerned(*command, transactions);  // also what began while it was asked
  if (command->reason != Reason::Remote || command->concerned.empty()) return nullptr;
  const Transaction stopping = command->concerned.front().lock();
  if (!stopping || stopping->stopEvidence == Reason::DeAuthorized) return nullptr;
  stopping->stopEvidence = Reason::Remote;
  return stopping;
}

void Evidence::refused(ChargerRequestId id) {
  if (const Command* command = find(id)) commands_.erase(commands_.begin() + (command - commands_.data()));
}

void Evidence::unanswered(ChargerRequestId id, Steady now) {
  Command* command = find(id);
  if (!command) return;
  command->state = State::Unanswered;
  command->since = now;
}

void Evidence::booted(const Transactions& transactions) {
  for (const Transaction& each : transactions.all())
    if (isOpen(*each) || each->state == TransactionState::Orphaned) add(rebooted_, each);
}

bool Evidence::counts(const Command& command, Steady now) {
  switch (command.state) {
    case State::Outstanding: return true;
    case State::Unanswered: return now - command.since < unansweredWindow;
    case State::Accepted: return now - command.since <= (isReset(command.reason) ? resetWindow : unlockWindow);
  }
  return false;
}

bool Evidence::explains(Reason reason, const TransactionRecord& record, Steady now) const {
  return std::any_of(commands_.begin(), commands_.end(), [&](const Command& command) {
    return command.reason == reason && counts(command, now) && isOf(command.concerned, record);
  });
}

std::optional<Reason> Evidence::reasonOf(const TransactionRecord& record, bool byTag, Steady now) const {
  const bool notWanted = record.stopEvidence == Reason::DeAuthorized;  // TX-7: our own RemoteStopTransaction
  if (record.stopEvidence && !notWanted) return record.stopEvidence;
  if (!notWanted && explains(Reason::Remote, record, now)) return Reason::Remote;
  if (explains(Reason::UnlockCommand, record, now)) return Reason::UnlockCommand;
  if (byTag) return std::nullopt;
  for (auto command = commands_.rbegin(); command != commands_.rend(); ++command)  // the last one, of several
    if (isReset(command->reason) && counts(*command, now) && isOf(command->concerned, record)) return command->reason;
  if (!record.authorized || notWanted) return Reason::DeAuthorized;
  if (isOf(rebooted_, record)) return Reason::Reboot;
  return std::nullopt;
}

}  // namespace session
