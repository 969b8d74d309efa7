// SPDX-License-Identifier: GPL-2.0-or-later
// What the operator of a BridgeChaos asks for with `queue` and `move`.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "tests/support/bridge_chaos_books.h"
#include "tests/support/bridge_chaos_file.h"
#include "tests/support/fake_outside.h"

namespace test {

class ChaosOperator {
 public:
  using Dice = std::function<std::int64_t(std::int64_t most)>;
  ChaosOperator(FakeOutside& world, Dice& dice) : world_(world), dice_(dice) {}

  /// Does something about the charger; tells what, or "".
  std::string act(const std::string& identity, bool inFile) {
    if (!world_.memory) return "";
    world_.memory->failNext("");  // where the disk fails the log says so, and the command is given again
    using Kind = bridge::OperatorCommand::Kind;
    bridge::OperatorCommand command;
    command.identity = identity;
    command.reason = "chaos";
    switch (dice_(6)) {
      case 0: return retryDead(command);
      case 1: return discard(command);
      case 2: command.kind = Kind::RetryQueued; break;
      case 3: command.kind = Kind::MoveNow; break;
      case 4:
      case 5:
        if (!sameBackEnd(identity)) return "";
        command.kind = Kind::MoveSame;
        break;
      default:
        if (inFile) return "";
        command.kind = Kind::Forget;
        givenUp[identity];  // it starts anew
        for (const auto& record : world_.memory->content(identity))
          if (const auto* queued = std::get_if<session::QueuedRecord>(&record))
            givenUp[identity].insert(contentOf(queued->request));
    }
    if (command.kind == Kind::RetryQueued) {
      const auto all = queued(identity);
      if (all.empty()) return "";
      command.number = chosen(all).number;
    }
    world_.memory->command(command);
    world_.loop.run();
    return identity + ": operator command " + std::to_string(static_cast<int>(command.kind));
  }

  std::map<std::string, std::set<std::string>> givenUp;  ///< Of forgotten ones, by content.
  std::set<std::string> revived;                         ///< Whose dead starts were delivered again.

 private:
  template <class T>
  const T& chosen(const std::vector<T>& all) {
    return all[static_cast<std::size_t>(dice_(static_cast<std::int64_t>(all.size()) - 1))];
  }
  template <class R>
  std::vector<R> of(const std::string& identity) {
    std::vector<R> found;
    for (const auto& record : world_.memory->content(identity))
      if (const auto* one = std::get_if<R>(&record)) found.push_back(*one);
    const auto placeOf = [](const R& one) {
      if constexpr (std::is_same_v<R, session::TransactionRecord>)
        return one.sequence;
      else
        return one.number;
    };
    std::sort(found.begin(), found.end(),  // their keys differ from run to run
              [&](const R& a, const R& b) { return placeOf(a) < placeOf(b); });
    return found;
  }
  std::vector<session::QueuedRecord> queued(const std::string& identity) { return of<session::QueuedRecord>(identity); }

  /// As RecordRows finds them for a command.
  void relate(bridge::OperatorCommand& command, const ocpp::Request& request, std::uint64_t starts) {
    const session::TransactionRecord* newest = nullptr;
    const auto all = of<session::TransactionRecord>(command.identity);
    std::optional<std::int64_t> number;
    if (const auto* stop = std::get_if<ocpp::StopTransaction::Request>(&request)) number = stop->transactionId.value;
    if (const auto* values = std::get_if<ocpp::MeterValues::Request>(&request); values && values->transactionId)
      number = values->transactionId->value;
    for (const session::TransactionRecord& each : all)
      if (number ? each.soapTxId == *number && (!newest || newest->sequence < each.sequence) : each.key == starts)
        newest = &each;
    if (newest) command.related.emplace_back(*newest);
  }
  std::string retryDead(bridge::OperatorCommand& command) {
    const auto all = of<session::DeadLetterRecord>(command.identity);
    if (all.empty()) return "";
    command.kind = bridge::OperatorCommand::Kind::RetryDeadLetter;
    command.deadLetter = chosen(all);
    relate(command, command.deadLetter->request, command.deadLetter->starts);
    if (ocpp::is<ocpp::StartTransaction>(command.deadLetter->request)) revived.insert(command.identity);
    world_.memory->command(command);
    world_.loop.run();
    return command.identity + ": retry of the dead " + contentOf(command.deadLetter->request);
  }
  std::string discard(bridge::OperatorCommand& command) {
    const auto all = queued(command.identity);
    if (all.empty()) return "";
    command.kind = bridge::OperatorCommand::Kind::DiscardQueued;
    command.queued = chosen(all);
    command.number = command.queued->number;
    command.key = command.queued->key;
    relate(command, command.queued->request, command.queued->starts);
    world_.memory->command(command);
    world_.loop.run();
    return command.identity + ": discard " + contentOf(command.queued->request);
  }
  /// It waits to move to what is the same back-end by another address.
  bool sameBackEnd(const std::string& identity) {
    const bridge::Charger* charger = world_.charger(identity);
    if (!charger || !charger->next() || charger->next()->identity != charger->backend().identity) return false;
    const auto placeOf = [](const bridge::Backend& backend) {
      for (const ChaosFile::Place& place : ChaosFile::places)
        if (backend.url.rfind(place.url, 0) == 0) return std::string(place.backend);
      return std::string();
    };
    const std::string place = placeOf(charger->backend());
    return !place.empty() && place == placeOf(*charger->next());
  }

  FakeOutside& world_;
  Dice& dice_;
};

}  // namespace test
