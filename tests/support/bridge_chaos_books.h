// SPDX-License-Identifier: GPL-2.0-or-later
// The books of a BridgeChaos: what chargers believe, what back-ends have booked, and whether the two agree.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ocpp/messages.h"
#include "ocpp/plausible.h"
#include "session/effect.h"
#include "tests/support/fake_central.h"

namespace test {

/// Names a message about a transaction by what no translation changes.
inline std::string contentOf(const ocpp::Request& request) {
  const auto at = [](const ocpp::DateTime& time) { return std::to_string(time.at.time_since_epoch().count()); };
  if (const auto* start = std::get_if<ocpp::StartTransaction::Request>(&request))
    return "start " + std::to_string(start->meterStart) + " " + at(start->timestamp);
  if (const auto* stop = std::get_if<ocpp::StopTransaction::Request>(&request))
    return "stop " + std::to_string(stop->meterStop) + " " + at(stop->timestamp);
  if (const auto* values = std::get_if<ocpp::MeterValues::Request>(&request); values && !values->meterValue.empty())
    return "values " + std::string(values->meterValue[0].sampledValue.at(0).value) + " " +
           at(values->meterValue[0].timestamp);
  return "";
}

/// The connector or transactionId of a message, for people.
inline std::string numbersOf(const ocpp::Request& request) {
  if (const auto* start = std::get_if<ocpp::StartTransaction::Request>(&request))
    return " at " + std::to_string(start->connectorId);
  const auto* stop = std::get_if<ocpp::StopTransaction::Request>(&request);
  return stop ? " of " + std::to_string(stop->transactionId.value) : "";
}
inline std::string numbersOf(const ocpp::Response& response) {
  const auto* started = std::get_if<ocpp::StartTransaction::Response>(&response);
  return started ? " as " + std::to_string(started->transactionId.value) : "";
}

/// One transaction as its charger knows it.
struct Believed {
  int connector = 1;
  ocpp::StartTransaction::Request start;
  std::optional<std::int64_t> id;                      ///< Once the start was acknowledged.
  std::vector<std::string> values;                     ///< Acknowledged ones, by content.
  std::optional<ocpp::StopTransaction::Request> stop;  ///< Once said; acknowledged at the end of a session.
  bool stopped = false;
  bool uncertain =
      false;  ///< A process died while the start was said and not answered: it may be known at two back-ends.
};

/// One back-end's book of one charger. Content makes a message the same, as real back-ends have it.
struct Booked {
  struct Entry {
    ocpp::StartTransaction::Request start;
    std::vector<std::string> values;
    std::vector<std::string> stops;
  };
  std::map<std::int64_t, Entry> entries;
};

/// Law, beside what it throws at once: balance() at the end.
class BridgeBooks {
 public:
  /// A back-end of that place has heard and booked the message; the id that it gives to a start. `dead` tells by
  /// content what is a dead letter.
  template <class Dead>
  std::int64_t book(const std::string& place, const std::string& charger, const ocpp::Request& request, Dead dead) {
    Booked& book = books_[{place, charger}];
    const std::string content = contentOf(request);
    if (const auto* start = std::get_if<ocpp::StartTransaction::Request>(&request)) {
      const bool clock = ocpp::isPlausible(start->timestamp.at);  // without one all of them are alike (SM-7)
      for (const auto& [id, entry] : book.entries)
        if (clock && contentOf(entry.start) == content) return id;
      book.entries[++lastId_].start = *start;
      return lastId_;
    }
    std::int64_t id = 0;
    if (const auto* stop = std::get_if<ocpp::StopTransaction::Request>(&request)) id = stop->transactionId.value;
    if (const auto* values = std::get_if<ocpp::MeterValues::Request>(&request); values && values->transactionId)
      id = values->transactionId->value;
    if (id == 0) return 0;
    if (id == -1) {  // TX-8
      const bool mayBe = nameless.count(content) != 0;
      if (mayBe) forwarded.insert(charger);
      require(mayBe || dead(charger), "-1 although no start of " + charger + " is a dead letter: " + content);
      withoutStart_.insert(content);
      return 0;
    }
    const auto found = book.entries.find(id);
    if (found == book.entries.end() && strayed_.count({charger, id}) != 0) {
      withoutStart_.insert(content);
      return 0;
    }
    require(found != book.entries.end(), place + " does not know transaction " + std::to_string(id) + " of " + charger +
                                             " that it is told about: " + content);
    auto& list = ocpp::is<ocpp::StopTransaction>(request) ? found->second.stops : found->second.values;
    if (std::find(list.begin(), list.end(), content) == list.end()) list.push_back(content);
    if (!ocpp::isPlausible(found->second.start.timestamp.at))
      require(found->second.stops.size() <= 1, charger + ": two stops of one transaction: " + content);
    return 0;
  }

  std::set<std::string> nameless;   ///< Stops that a charger said without a number, by content (TX-3).
  std::set<std::string> forwarded;  ///< Chargers of which one of those was forwarded so.

  /// The transaction began while nothing of the charger was kept (AU-1) and the process has died, or the operator has
  /// forgotten the charger: nobody knows whose it is, and its stop goes to whoever is the back-end then (TX-3).
  void stray(const std::string& charger, std::int64_t id) { strayed_.insert({charger, id}); }

  /// Everything was delivered: what one charger believes is what the back-ends have, each once.
  void balance(const std::string& charger, const std::vector<Believed>& beliefs, const std::set<std::string>& dead) {
    std::map<std::string, std::vector<const Booked::Entry*>> known;
    for (const auto& [where, book] : books_)
      if (where.second == charger)
        for (const auto& [id, entry] : book.entries) known[contentOf(entry.start)].push_back(&entry);
    std::set<std::string> said;
    for (const Believed& each : beliefs) {
      const std::string start = contentOf(each.start);
      said.insert(start);
      const auto& places = known[start];
      const std::string what = charger + " " + start + ": ";
      if (each.id && !dead.count(start)) require(!places.empty(), what + "lost");
      const bool clock = ocpp::isPlausible(each.start.timestamp.at);
      require(places.size() <= 1 || each.uncertain || !clock,
              what + "known " + std::to_string(places.size()) + " times");
      if (!each.id) continue;
      std::vector<std::string> values, stops;
      for (const Booked::Entry* entry : places) {
        values.insert(values.end(), entry->values.begin(), entry->values.end());
        stops.insert(stops.end(), entry->stops.begin(), entry->stops.end());
      }
      const auto has = [&](const std::vector<std::string>& list, const std::string& content) {
        return std::find(list.begin(), list.end(), content) != list.end() || dead.count(content) ||
               withoutStart_.count(content);
      };
      for (const std::string& value : each.values) require(has(values, value), what + value + " is lost");
      if (!each.stopped) continue;
      const std::string stop = contentOf(*each.stop);
      require(has(stops, stop), what + stop + " is lost");
      if (!clock) continue;
      require(stops.size() <= 1, what + "has " + std::to_string(stops.size()) + " stops");
      for (const std::string& other : stops)
        require(other == stop, what + "has another stop: " + other + ", not " + stop);
    }
    for (const auto& [start, places] : known)
      require(places.empty() || said.count(start), charger + " " + start + ": invented");
  }

 private:
  std::map<std::pair<std::string, std::string>, Booked> books_;  ///< By place and charger.
  std::set<std::pair<std::string, std::int64_t>> strayed_;
  std::set<std::string> withoutStart_;  ///< Told under -1.
  std::int64_t lastId_ = 1000;
};

}  // namespace test
