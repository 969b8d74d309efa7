// SPDX-License-Identifier: GPL-2.0-or-later
// Events in, effects out: the shell around a GatewaySession.
#include "bridge/charger.h"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

#include "bridge/random_id.h"
#include "bridge/scope.h"
#include "bridge/timezone.h"

namespace bridge {

namespace {

constexpr ocpp::Duration rowEvery = std::chrono::minutes(2);  // lastSeen on disk is at most so old
constexpr ocpp::Duration diskAgainEvery = std::chrono::seconds(30);
// What one charger may have under way; an honest one has an exchange or two, and few effects that wait for the disk.
constexpr std::size_t mostWaiting = 64;
constexpr std::size_t mostHeld = 256;
constexpr double rateBurst = 60;  // seconds of its rate that a charger may send at once: what it kept while offline
constexpr std::size_t mostQueued = 100000;  // messages for the back-end: weeks of meter values

}  // namespace

Charger::Charger(Shard& shard, ChargerConfig config, StoredCharger* stored, bool onTrial)
    : shard_(shard),
      config_(std::move(config)),
      book_(std::chrono::seconds(shard.options().callbackKeep)),
      pingInterval_(shard.options().session.webSocketPingInterval),
      onTrial_(onTrial),
      requests_(shard.options().limits.chargerRequests, rateBurst),
      input_(1024.0 * shard.options().limits.chargerInput, rateBurst),
      quirks_(quirkChoice()),
      session_(settings(), services()),
      promises_(store(), config_.identity,
                [this](session::Effect&& effect) { std::visit([this](auto& each) { execute(each); }, effect); }) {
  row_.identity = config_.identity;
  chooseBackend(stored);
  session_.configure(settings());
  book_.fix(config_.callback, now());
  promises_.onReleased([this] { pump(); });
  promises_.onRefused([this](const session::Effect& effect) { refused(effect); });
  if (stored) restore(std::move(*stored));
}

Charger::~Charger() {
  answerEverybody("this charge point is not served any more, please repeat");
  unlinked(true, "");
}

session::Settings Charger::settings() const {
  session::Settings s = shard_.options().session;
  s.identity = config_.identity;
  s.backend = backend_.name();
  s.connectors = config_.connectors;
  s.heartbeatMost = config_.heartbeatMost.value_or(s.heartbeatMost);
  s.durable = store() != nullptr;
  s.nameTransaction = quirks_.has(ocpp_s::Quirk::LostTransaction);
  s.fillTransaction = quirks_.has(ocpp_s::Quirk::FillTransaction);
  if (!s.durable) s.startOffline = session::StartOffline::Fault;  // a provisional id must outlive us
  const bool secure = backend_.url.rfind("wss:", 0) == 0;
  s.securityProfile = !secure ? (backend_.password.empty() ? 0 : 1) : shard_.options().centralCert.empty() ? 2 : 3;
  return s;
}

void Charger::restore(StoredCharger&& stored) {
  const bool changed = stored.backend.empty() || stored.unserved || stored.leaving != leaving_ ||
                       stored.autoRegistered != config_.digest.empty();
  row_.version = version_ = stored.version;
  row_.lastSeen = stored.lastSeen;
  if (!lostEntry(stored)) book_.restore(stored.callback, now());
  reconsiderCallback();
  for (const StoredRecord& record : stored.records) {
    session_.restore(record, now());
    const auto* boot = std::get_if<session::BootRecord>(&record);
    if (boot && quirks_.wantsClues(true))
      recognise({boot->request.chargePointVendor, boot->request.chargePointModel, {}, {}});
  }
  session_.restore(stored.rest, now());
  session_.wasSeen(stored.version, stored.lastSeen, now());
  if (changed || next_) keepRow(false);
}

void Charger::keepRow(bool awaited) {
  if (!store()) return;
  rowKept_ = now().steady;
  row_.version = version_;
  row_.callback = book_.standing() == CallbackBook::Standing::Fixed ? "" : book_.url();
  row_.backend = backend_.name();
  row_.autoRegistered = config_.digest.empty() && !leaving_;
  row_.leaving = leaving_;
  row_.lastSettings = writeBackend(backend_);
  row_.movingTo = next_ ? next_->name() : "";
  promises_.keep(row_, awaited);
}

session::Services Charger::services() const {
  return {newUuid, uniform, sha1Hex,
          [this](ocpp::Instant local) { return localToUtc(config_.timezone, local); },  // SIGHUP may change it
          newKey};
}

const char* Charger::overload(std::size_t bytes) {
  noticeWhoLeft();
  if (waiting_.size() >= mostWaiting) return "too many requests of this charge box wait for their answers";
  if (promises_.held() >= mostHeld) return "the disk does not keep up";
  if (store() && store()->backlog() >= shard_.options().limits.backlog) return "the disk does not keep up";
  if (session_.waitingForCentral() >= mostQueued) return "too many messages wait for the back-end";
  const ocpp::Steady at = now().steady;
  if (!requests_.take(1, at)) return "this charge box sends too many requests";
  if (!input_.take(static_cast<double>(bytes), at)) return "this charge box sends too much";
  return nullptr;
}

void Charger::fromCharger(ocpp_s::RequestMessage&& message, std::string digest, Responder responder) {
  const session::Exchange exchange = nextExchange_++;
  session::ChargerRequest request{exchange, *message.version, message.header.messageId, std::move(digest),
                                  std::move(message.request)};
  waiting_.push_back({exchange, request.version, std::move(responder), std::move(message.header), message.manner});
  manner_ = message.manner;
  countNotes(message.notes);
  const ocpp::Now at = now();
  row_.lastSeen = at.calendar;
  if (const bool another = version_ != request.version; another || at.steady - rowKept_ > rowEvery) {
    version_ = request.version;
    keepRow(another);
  }
  if (const char* why = noSpaceFor(request.request)) {
    session::AnswerCharger refusal{exchange, request.version, ocpp::Fault{ocpp::FaultCode::InternalError, why}};
    return execute(refusal);
  }
  session_.fromCharger(std::move(request), at);
  pump();
}

void Charger::buryUnread(ocpp_s::RequestMessage&& message, ocpp_s::StopGlance&& seen, std::string digest,
                         const std::string& why, Responder responder) {
  const session::Exchange exchange = nextExchange_++;
  session::ChargerRequest request{exchange, *message.version, message.header.messageId, std::move(digest),
                                  std::move(seen.stop)};
  waiting_.push_back({exchange, request.version, std::move(responder), std::move(message.header), message.manner});
  row_.lastSeen = now().calendar;
  const std::string missing = seen.missing.empty() ? "" : "; not known: " + seen.missing;
  session_.buryUnread(std::move(request), {why + missing, seen.timestamp, seen.meterStop}, now());
  pump();
}

const char* Charger::noSpaceFor(const ocpp::Request& request) const {
  const bool bills = ocpp::is<ocpp::StartTransaction>(request) || ocpp::is<ocpp::StopTransaction>(request) ||
                     ocpp::is<ocpp::MeterValues>(request);
  if (!bills || !store()) return nullptr;
  const Store& kept = *shard_.store();
  return refusedForSpace(request, {kept.status().spaceLow, kept.waitingBytes(config_.identity),
                                   shard_.options().limits.chargerBytes, kept.deadBytes(config_.identity)});
}

void Charger::centralReachable() {
  session_.centralReachable(now());
  pump();
}

void Charger::drain() {
  promises_.tryAgain();
  session_.drain(now());
  pump();
  if (ws_) ws_->close(1001, "going away");
}

void Charger::onDeadline() {
  armedFor_ = {};
  // C6: unless something throws, pump() sets the real one
  shard_.deadlines().arm(*this, std::chrono::seconds(1));
  noticeWhoLeft();
  if (diskAgainAt_ != ocpp::Steady() && now().steady >= diskAgainAt_) {
    diskAgainAt_ = {};
    promises_.tryAgain();
  }
  session_.tick(now());
  pump();
  if (!session_.wantsCentral()) unlinked(true, "");
}

void Charger::log(session::Level level, std::string_view event, const std::string& text) {
  if (onTrial_) return shard_.log().lineOfStranger(level, config_.identity, event, text);
  shard_.log().line(level, config_.identity, event, text);
}

ocpp::Fault Charger::unspeakableMessage(const std::logic_error& why) {
  log(session::Level::Error, "internal", why.what());
  return {ocpp::FaultCode::InternalError, why.what()};
}

void Charger::pump() {
  if (pumping_) return;
  {
    const Scope pumping(pumping_);
    do {
      while (auto effect = session_.next()) {
        before(*effect);
        promises_.take(std::move(*effect));
      }
    } while (tryMove());
  }
  if (shard_.trace().on()) shard_.trace().flush(config_.identity);
  arm();
  if (finished()) shard_.finished(config_.identity);
}

void Charger::arm() {
  auto deadline = session_.deadline();
  if (next_) deadline = std::min(deadline.value_or(lookAgainAt_), lookAgainAt_);
  if (!promises_.failing()) {
    diskAgainAt_ = {};
  } else {
    if (diskAgainAt_ == ocpp::Steady()) diskAgainAt_ = now().steady + diskAgainEvery;
    deadline = std::min(deadline.value_or(diskAgainAt_), diskAgainAt_);
  }
  if (!deadline) {
    Deadlines::disarm(*this);
    armedFor_ = {};
  } else if (*deadline != armedFor_) {
    armedFor_ = *deadline;
    shard_.deadlines().arm(*this, std::max(ocpp::Duration(0), *deadline - now().steady));
  }
}

bool Charger::idle() const {
  const bool waits =
      std::any_of(waiting_.begin(), waiting_.end(), [](const Waiting& w) { return w.responder.alive(); });
  return !waits && promises_.held() == 0 && (calls_.empty() || !ws_);
}

}  // namespace bridge
