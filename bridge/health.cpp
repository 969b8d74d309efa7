// SPDX-License-Identifier: GPL-2.0-or-later
// What /health tells.
#include "bridge/health.h"

#include <nlohmann/json.hpp>

#include "bridge/callback_report.h"
#include "bridge/charger.h"
#include "bridge/quirk_report.h"

namespace bridge {

namespace {

using Json = nlohmann::ordered_json;

constexpr ocpp::Duration lostLately = std::chrono::minutes(1);  // so long lines that were lost are a trouble

std::string dumped(const Json& value, int indent) {
  return value.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

double milliseconds(TurnMeter::Time time) { return static_cast<double>(time.count()) / 1000; }

/// C4: in CPU time of the loop's thread.
Json loopReport(const TurnMeter& turns) {
  return {{"longestTurnMs", milliseconds(turns.longestEver())},
          {"longestTurnLastMinuteMs", milliseconds(turns.longestLately())},
          {"turnsTooLong", turns.tooLong()}};
}

/// C6: how often a handler threw, by who called it.
Json internalReport(const Firewall& firewall) {
  Json out = Json::object();
  for (std::size_t i = 0; i < eventSources; ++i) {
    const auto source = static_cast<EventSource>(i);
    if (firewall.count(source) != 0) out[std::string(eventSourceName(source))] = firewall.count(source);
  }
  return out;
}

Json storeReport(const StoreStatus& kept) {
  const auto age = kept.queued == 0 ? ocpp::Duration(0) : wallClock() - kept.oldestQueued;
  return {{"queued", kept.queued},
          {"oldestQueuedSeconds", std::chrono::duration_cast<std::chrono::seconds>(age).count()},
          {"deadLetters", kept.deadLetters},
          {"commits", kept.commits},
          {"changes", kept.operations},
          {"failedChanges", kept.failed},
          {"conflicts", kept.conflicts},
          {"internal", kept.internal},
          {"spaceLow", kept.spaceLow},
          {"lastError", kept.lastError}};
}

}  // namespace

Health::Health(Loop& loop, Shard& shard, const Access& access, const Door& door)
    : loop_(loop),
      shard_(shard),
      access_(access),
      door_(door),
      started_(wallClock()),
      whole_(loop, shard, std::chrono::seconds(1),
             {[this] { sums_ = Sums(); },
              [this](const std::string&, const Charger& charger) {
                const session::Overview o = charger.overview();
                ++sums_.known;
                sums_.up += o.centralUp;
                sums_.online += o.chargerOnline;
                sums_.open += o.openTransactions;
                sums_.waiting += o.waitingForCentral;
                sums_.leaving += charger.leaving();
                sums_.moving += charger.next().has_value();
                sums_.refused += o.refused;
                sums_.setAside += o.setAside;
                sums_.refusals += o.refusals;
                sums_.lostReadings += o.lostReadings;
              },
              [this] { return report(); }, false, [this] { counted_ = sums_; }}),
      chargers_(loop, shard, std::chrono::seconds(0),
                {[this] { list_ = "{"; },
                 [this](const std::string& identity, const Charger& charger) {
                   list_.append(list_.size() > 1 ? ",\n " : "\n ").append(dumped(identity, -1)).append(": ");
                   list_.append(callbackReport(charger));
                 },
                 [this] { return std::exchange(list_, {}) + "\n}\n"; }, true}),
      condition_(
          shard.deadlines(),
          [this] {
            whole_.refresh();  // what is counted charger by charger is of now, or of the last look
            return look();
          },
          [this](session::Level level, const char* event, const std::string& text) {
            shard_.log().line(level, "", event, text);
          }) {}

/// What an operator should look at; liveness is another matter: chargers are served all the same.
Troubles Health::look() {
  Troubles all;
  const auto add = [&](const char* word, std::size_t count, const std::string& text) {
    if (count != 0) all.push_back({word, count, text});
  };
  std::size_t away = 0;
  std::string where;
  for (const auto& [name, state] : shard_.backends().states()) {
    if (!state.outage) continue;
    away += state.away;
    where += (where.empty() ? "" : ", ") + name + " for " + std::to_string(state.away) + " chargers";
  }
  add("back-end-away", away, where);
  std::size_t unserved = 0;
  for (const auto& [identity, messages] : shard_.unserved()) unserved += messages;
  add("unserved", unserved,
      std::to_string(unserved) + " messages of " + std::to_string(shard_.unserved().size()) +
          " chargers that are not configured");
  const StoreStatus kept = shard_.store() ? shard_.store()->status() : StoreStatus();
  const std::size_t refused = counted_.refused + (shard_.store() ? kept.setAside : counted_.setAside);
  add("messages-refused", refused, std::to_string(refused) + " messages are refused by the back-end, and tried again");
  add("move-waits", counted_.moving, std::to_string(counted_.moving) + " chargers wait to move to another back-end");
  add("dead-letters", kept.deadLetters,
      std::to_string(kept.deadLetters) + " dead letters wait for the operator (queue list)");
  if (kept.spaceLow) all.push_back({"disk", 1, "the disk is full, what is left is for running transactions", true});
  if (!kept.degraded.empty()) all.push_back({"disk", 1, kept.degraded, true});
  const std::uint64_t lost = shard_.log().dropped();
  if (std::exchange(linesLost_, lost) != lost) lostAt_ = shard_.clock().steady();
  if (lost != 0 && shard_.clock().steady() - lostAt_ < lostLately)
    add("log", lost, std::to_string(lost) + " lines of the log were lost: nobody took them");
  return all;
}

std::string Health::report() {
  const Counters& c = shard_.counters();
  std::size_t unserved = 0;
  for (const auto& [identity, messages] : shard_.unserved()) unserved += messages;
  Json out{{"status", draining_ ? "draining" : "ok"},
           {"version", OCPP_SOAP_GATEWAY_VERSION},
           {"uptimeSeconds", std::chrono::duration_cast<std::chrono::seconds>(wallClock() - started_).count()},
           {"chargers", {{"known", counted_.known}, {"online", counted_.online}, {"connectedToCentral", counted_.up}}},
           {"openTransactions", counted_.open},
           {"waitingForCentral", counted_.waiting},
           {"leaving", counted_.leaving},   // TX-15
           {"moveWaits", counted_.moving},  // TX-14
           {"unserved", {{"chargers", shard_.unserved().size()}, {"messages", unserved}}},
           {"refusedByCentral",
            {{"waiting", counted_.refused}, {"setAside", counted_.setAside}, {"sinceStart", counted_.refusals}}},
           {"lostReadings", counted_.lostReadings},
           {"soapRequests", c.soapRequests},
           {"soapRefused", c.soapRefused},
           {"soapCalls", c.soapCalls},
           {"jsonCalls", c.jsonCalls},
           {"jsonRequests", c.jsonRequests},
           {"notes", c.notes},
           {"tolerated", toleratedReport(c.tolerated)}};
  for (std::size_t why = 0; why < refusals; ++why)
    out["refused"][std::string(refusalName(static_cast<Refusal>(why)))] = access_.count(static_cast<Refusal>(why));
  out["forwardedIgnored"] = access_.headersIgnored();
  out["twoPlaces"] = access_.alarms();
  out["door"] = door_.report();
  if (server_) {
    const HttpServerCounters did = server_->counters();
    out["http"] = {{"connections", server_->connections()},
                   {"gaveWay", did.gaveWay},
                   {"turnedAway", did.turnedAway},
                   {"refused", did.refused},
                   {"threw", did.threw}};
  }
  out["loop"] = loopReport(loop_.turns());
  out["internal"] = internalReport(loop_.firewall());
  if (const Store* store = shard_.store()) {
    const StoreStatus kept = store->status();
    out["store"] = storeReport(kept);
  }
  const Troubles troubles = look();
  out["reasons"] = Json::array();
  for (const Trouble& each : troubles)
    out["reasons"].push_back({{"reason", each.word}, {"count", each.count}, {"text", each.text}});
  if (!troubles.empty() && !draining_) out["status"] = "degraded";
  return dumped(out, 1) + "\n";
}

}  // namespace bridge
