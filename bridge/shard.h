// SPDX-License-Identifier: GPL-2.0-or-later
// Everything one event loop of the bridge owns: chargers, codecs, clients. No globals, so there can be several.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bridge/address_policy.h"
#include "bridge/backend_watch.h"
#include "bridge/chargers_file.h"
#include "bridge/options.h"
#include "bridge/outage_watch.h"
#include "bridge/outside.h"
#include "bridge/reachable.h"
#include "bridge/registrations.h"
#include "bridge/trace.h"
#include "ocpp_s/envelope.h"

namespace bridge {

class Charger;

/// What the bridge counts; shown by /health.
struct Counters {
  std::uint64_t soapRequests = 0;  ///< Read requests of chargers.
  std::uint64_t soapRefused = 0;   ///< Requests answered by a fault before any session saw them.
  std::uint64_t soapCalls = 0;     ///< Requests sent to chargers.
  std::uint64_t jsonCalls = 0;     ///< CALLs sent to the back-end.
  std::uint64_t jsonRequests = 0;  ///< CALLs of the back-end.
  std::uint64_t notes = 0;         ///< Tolerated deviations of chargers.
  std::array<std::uint64_t, ocpp_s::quirkCount> tolerated{};  ///< The same by kind.
};

/// What a chargers file has changed, in chargers.
struct Reloaded {
  std::size_t added = 0, changed = 0, removed = 0;
  std::size_t leaving = 0;  ///< Of those removed: something of them waits (TX-15).
  std::size_t moving = 0;   ///< Wait to move to another back-end (TX-14).
  std::string text() const;
};

class Shard {
 public:
  /// `options` outlives the shard, as does what `outside` refers to. `centralUrl` is the back-end of chargers without
  /// one of their own.
  Shard(const Outside& outside, const Options& options, std::string centralUrl);
  /// Whoever waits for a charger's answer gets a Fault or 503.
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  enum class Service { Served, Unknown, Full };
  /// Gets the charger; null: what the store has of it cannot be read now, or too many wait for that, or it was removed
  /// meanwhile. Destroyed without a call when the shard dies.
  using Use = std::function<void(Charger*)>;
  /// The charger of that identity: known by file, or taken in because of --auto-register (`Full`: it may take in no
  /// more). Calls `use` at once when it is here, else as soon as the store has said what it has of it: whoever asks
  /// meanwhile waits in order (FIELD A1). Never for another result than Served.
  Service serve(const std::string& identity, Use use);
  /// The charger that serve() would call `use` with at once; null when it would not.
  Charger* serving(const std::string& identity);
  /// It is in the chargers file, or here: who asks does not take it in.
  bool knows(const std::string& identity) const { return file_.count(identity) != 0 || chargers_.count(identity) != 0; }
  /// Its boot has not been accepted yet: whoever invents names can be it (AU-1).
  bool onTrial(const std::string& identity) const {
    return registrations_.standing(identity) == Registrations::Standing::Trial;
  }
  /// The charger, if it is here and served.
  Charger* find(const std::string& identity) const;

  using ReloadDone = std::function<void(const Reloaded&)>;
  /// Takes over a new chargers file: settings change, removed chargers leave, others are untouched. A slice of the
  /// chargers in each turn of the loop; `done` hears when all had their turn. One that is served before has it then.
  void configure(ChargersFile file, ReloadDone done);
  /// The same at once.
  Reloaded configure(ChargersFile file);
  /// Brings back the chargers that an earlier process kept; once, after the first configure().
  void restore();
  /// A leaving charger has nothing left; it is destroyed a moment later, unless it comes back.
  void finished(const std::string& identity);

  /// Identities of which something waits and nothing is known (TX-15), and how many messages.
  const std::map<std::string, std::size_t>& unserved() const { return unserved_; }

  /// Null without --data-dir.
  Store* store() const { return outside_.store; }
  /// Our own endpoint as chargers see it.
  void setPublicUrl(std::string url) {
    addresses_.addOwnUrl(url);
    publicUrl_ = std::move(url);
  }
  /// Which addresses are never called; tell it of every socket that accepts connections.
  AddressPolicy& addresses() { return addresses_; }
  const std::string& publicUrl() const { return publicUrl_; }
  const std::string& centralUrl() const { return centralUrl_; }
  /// The password of chargers without their own, or "".
  const std::string& centralPassword() const { return centralPassword_; }
  /// Reads --central-password-file again; where it is another, who uses it connects anew. Throws BadConfiguration, and
  /// then the former one stays.
  void renewCentralPassword();
  /// The back-end has accepted the boot of an identity that the chargers file does not name (AU-1).
  void registered(const std::string& identity);

  /// Answers whoever still waits and closes all WebSockets.
  void drain();
  /// Nobody waits for an answer that can still be given.
  bool idle() const;
  /// Nothing is under way at all.
  bool quiet() const;
  /// No WebSocket is open or still closing.
  bool disconnected() const;

  const Options& options() const { return options_; }
  const Clock& clock() const { return outside_.clock; }
  Deadlines& deadlines() { return outside_.deadlines; }
  Log& log() { return outside_.log; }
  Trace& trace() { return trace_; }
  ocpp_s::Codec& soap() { return soap_; }
  HttpCaller& calls() { return outside_.calls; }
  WsConnector& central() { return outside_.central; }
  Counters& counters() { return counters_; }
  /// Which back-ends are away, and for how many.
  BackendWatch& backends() { return backends_; }
  OutageWatch& outages() { return outages_; }
  /// A charger has lost its link to that back-end. True: in an outage; others that are in it are told (ER-3).
  bool lostInOutage(const std::string& backend, const Charger& charger);
  Reachable& reachable() { return reachable_; }
  const std::unordered_map<std::string, std::unique_ptr<Charger>>& chargers() const { return chargers_; }

 private:
  class Loading;
  class Reaper;
  class Reload;

  std::optional<ChargerConfig> configOf(const std::string& identity) const;
  Charger* create(ChargerConfig config, StoredCharger* stored, bool onTrial);
  bool takeIn(const std::string& stranger);
  void takeBack(StoredCharger&& stored);
  void load(const std::string& identity);
  void loaded(const std::string& identity, Store::ReadCharger&& read);
  void release(const std::string& identity, Charger* charger);
  void addUnserved(StoredCharger&& stored);
  Reloaded compare(const ChargersFile& file) const;
  void bring(Charger& charger, Reloaded& report);
  void remove(Charger& charger, Reloaded& report);
  void endReload();
  void reap();
  void carryOut(const OperatorCommand& command);
  void carryOutUnserved(const OperatorCommand& command);
  bool forget(const OperatorCommand& command);
  std::vector<std::string> identitiesOf(const std::string& backend) const;

  Outside outside_;
  const Options& options_;
  Trace trace_;
  AddressPolicy addresses_;
  ocpp_s::Codec soap_;
  Counters counters_;
  OutageWatch outages_;
  BackendWatch backends_;
  Reachable reachable_;
  std::string centralUrl_, centralPassword_, publicUrl_;
  ChargersFile file_;
  Registrations registrations_;  ///< Of who is not in file_.
  bool restored_ = false;
  bool draining_ = false;
  std::map<std::string, std::size_t> unserved_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::unique_ptr<Reaper> reaper_;
  std::unique_ptr<Reload> reload_;  ///< The last one.
  std::unordered_map<std::string, std::unique_ptr<Charger>> chargers_;
  std::unordered_map<std::string, std::unique_ptr<Loading>> loading_;
};

}  // namespace bridge
