// SPDX-License-Identifier: GPL-2.0-or-later
// SetAside: transactions of which a message was set aside (ER-3). Memory holds numbers, the messages wait in the store.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "ocpp/time.h"
#include "session/parked.h"

namespace session {

/// What a message has met with since the back-end last answered it (ER-3).
struct Silence {
  bool closed = false;        ///< The back-end closed the connection behind it.
  int unanswered = 0;         ///< Attempts in a row without an answer in time.
  std::uint64_t answers = 0;  ///< How many other CALLs had been answered before the first of them.
};

/// A lane for each of those transactions: its messages in the order they are sent, one at a time. Lanes pass each other
/// and do not hold up the queue. At most one message of all lanes is out of the store at a time.
class SetAside {
 public:
  /// The charger's number of the transaction; for a message that names none, noTransaction() of its own number.
  using Id = std::int64_t;
  static Id noTransaction(std::uint64_t number);

  struct Lane {
    ParkedNumbers numbers;
    std::uint64_t first = 0;             ///< Goes before the others whatever its number is; 0 = none.
    ocpp::Steady due{};                  ///< When the next one is tried.
    std::optional<ocpp::Steady> before;  ///< It is tried earlier than it was due then: that does not count.
    bool urgent = false;                 ///< A start waits until it has been tried.
    bool urged = false;                  ///< No start waits for it again before it was tried in its own time.
    bool stops = false;                  ///< One of them is a stop.
    int connectorId = -1;                ///< Of the transaction; -1 = not known.
    std::size_t tag = 0;                 ///< tagOf(); 0 = not known.
    Silence silence;                     ///< Of the next one.
    std::uint64_t next() const { return first != 0 && numbers.contains(first) ? first : numbers.first(); }
  };
  /// Stands for an idTag, whatever its case (L-15).
  static std::size_t tagOf(std::string_view idTag);

  bool empty() const { return lanes_.empty(); }
  /// Messages in the store, without the one that is out.
  std::uint64_t count() const { return stored_; }
  Lane* find(Id id);
  const Lane* find(Id id) const;
  std::optional<Id> holder(std::uint64_t number) const;

  /// Makes the lane when there is none, due then.
  Lane& open(Id id, ocpp::Steady due);
  void setDue(Id id, ocpp::Steady due);
  /// Nobody waits any longer, but for the lane that is out.
  void allDue(ocpp::Steady now);
  void add(Id id, std::uint64_t number);
  /// One lane less when it was the last message and none is out.
  void remove(Id id, std::uint64_t number);

  /// Whose turn it is and when; nothing while a message is out.
  std::optional<std::pair<ocpp::Steady, Id>> firstDue() const;
  std::optional<Id> out() const { return out_; }
  /// Its next message is being fetched, and on its way from then on.
  void takeOut(Id id) { out_ = id; }
  /// It is over or back in `numbers`; the next one is due then. The lane goes when it is empty.
  void putBack(ocpp::Steady due);

  /// Lanes with a stop of that connector or tag are tried now, the newest ones if there are many; each once until its
  /// own time has come, whatever came of it: nobody starts while one is waited for. How many.
  std::size_t urge(int connectorId, std::string_view idTag, ocpp::Steady now);
  bool urgent() const;
  /// No start waits for lanes any more.
  void calm();

 private:
  static constexpr std::size_t mostUrged = 8;

  std::map<Id, Lane> lanes_;
  std::set<std::pair<ocpp::Steady, Id>> byDue_;
  std::optional<Id> out_;
  std::uint64_t stored_ = 0;
};

}  // namespace session
