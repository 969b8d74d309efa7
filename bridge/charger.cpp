// SPDX-License-Identifier: GPL-2.0-or-later
// Events in, effects out: the shell around a GatewaySession.
#include "bridge/charger.h"

#include <algorithm>
#include <stdexcept>
#include <variant>

#include "bridge/random_id.h"
#include "bridge/timezone.h"
#include "ocpp_j/codec.h"
#include "ocpp_j/frame.h"

namespace bridge {

namespace {

constexpr ocpp::Duration rowEvery = std::chrono::minutes(2);  // lastSeen on disk is at most so old
constexpr std::size_t mostOutstanding = 8;                    // CALLs whose late answers we still recognise
// What one charger may have under way; an honest one has an exchange or two, and few effects that wait for the disk.
constexpr std::size_t mostWaiting = 64;
constexpr std::size_t mostHeld = 256;
constexpr std::size_t mostQueued = 100000;  // messages for the back-end: weeks of meter values

std::string joined(const ocpp::ReadNotes& notes) {
  std::string out;
  for (const ocpp::ReadNote& note : notes) out += (out.empty() ? "" : "; ") + note.path + " " + note.text;
  return out;
}

}  // namespace

Charger::Charger(Shard& shard, ChargerConfig config)
    : shard_(shard),
      config_(std::move(config)),
      quirks_(quirkChoice()),
      session_(settings(), services()),
      promises_(shard.store(), config_.identity,
                [this](session::Effect&& effect) { std::visit([this](auto& each) { execute(each); }, effect); }),
      book_(std::chrono::seconds(shard.options().callbackKeep)),
      pingInterval_(shard.options().session.webSocketPingInterval) {
  book_.fix(config_.callback, now());
  promises_.onReleased([this] { pump(); });
}

Charger::~Charger() {
  for (const std::uint64_t post : posts_) shard_.calls().cancel(post);
  shard_.backends().left(backEnd(), config_.identity);
}

std::string Charger::backEnd() const { return config_.centralUrl.value_or(shard_.centralUrl()); }

session::Settings Charger::settings() const {
  session::Settings s = shard_.options().session;
  s.identity = config_.identity;
  s.connectors = config_.connectors;
  s.heartbeatMost = config_.heartbeatMost.value_or(s.heartbeatMost);
  s.durable = shard_.store() != nullptr;
  s.nameTransaction = quirks_.has(ocpp_s::Quirk::LostTransaction);
  s.fillTransaction = quirks_.has(ocpp_s::Quirk::FillTransaction);
  if (!s.durable) s.startOffline = session::StartOffline::Fault;  // a provisional id must outlive us
  const std::string url = config_.centralUrl.value_or(shard_.centralUrl());
  const bool secure = url.rfind("wss:", 0) == 0;
  s.securityProfile = !secure ? (config_.password || !shard_.centralPassword().empty() ? 1 : 0)
                      : shard_.options().centralCert.empty() ? 2
                                                             : 3;
  return s;
}

void Charger::restore(StoredCharger&& stored) {
  book_.restore(stored.callback, now());
  reconsiderCallback();
  password_ = stored.password;
  pingInterval_ = stored.pingInterval.value_or(pingInterval_);
  version_ = stored.version;
  for (const StoredRecord& record : stored.records) {
    session_.restore(record, now());
    const auto* boot = std::get_if<session::BootRecord>(&record);
    if (boot && quirks_.wantsClues(true))
      recognise({boot->request.chargePointVendor, boot->request.chargePointModel, {}, {}});
  }
  session_.restore(stored.rest, now());
  session_.wasSeen(stored.version, stored.lastSeen, now());
}

void Charger::keepRow() {
  if (!shard_.store()) return;
  const ocpp::Now at = now();
  rowKept_ = at.steady;
  shard_.store()->putCharger({config_.identity, version_, book_.url(), password_, pingInterval_, at.calendar});
}

session::Services Charger::services() const {
  return {newUuid, uniform, sha1Hex,
          [zone = config_.timezone](ocpp::Instant local) { return localToUtc(zone, local); }};
}

void Charger::begin() {
  session_.tick(now());
  pump();
}

void Charger::configure(ChargerConfig config) {
  const bool moved = config.centralUrl != config_.centralUrl || config.centralIdentity != config_.centralIdentity ||
                     config.password != config_.password;
  if (moved) shard_.backends().left(backEnd(), config_.identity);
  config_ = std::move(config);
  book_.fix(config_.callback, now());
  reconsiderCallback();
  learnedFrom_ = 0;
  quirks_.choose(quirkChoice());
  session_.configure(settings());
  if (moved && ws_) {
    log(session::Level::Info, "reconnecting", "the address or password of the back-end has changed");
    ws_->close(1000, "settings changed");
  }
  pump();
}

const char* Charger::overload() const {
  if (waiting_.size() >= mostWaiting) return "too many requests of this charge box wait for their answers";
  if (promises_.held() >= mostHeld) return "the disk does not keep up";
  if (shard_.store() && shard_.store()->backlog() >= shard_.options().limits.backlog)
    return "the disk does not keep up";
  if (session_.overview().waitingForCentral >= mostQueued) return "too many messages wait for the back-end";
  return nullptr;
}

void Charger::fromCharger(ocpp_s::RequestMessage&& message, std::string digest, Responder responder) {
  const session::Exchange exchange = nextExchange_++;
  session::ChargerRequest request{exchange, *message.version, message.header.messageId, std::move(digest),
                                  std::move(message.request)};
  waiting_.push_back({exchange, std::move(responder), std::move(message.header), message.manner});
  manner_ = message.manner;
  countNotes(message.notes);
  const ocpp::Now at = now();
  if (version_ != request.version || at.steady - rowKept_ > rowEvery) {
    version_ = request.version;
    keepRow();
  }
  if (ocpp::is<ocpp::StartTransaction>(request.request) && shard_.store() && shard_.store()->status().spaceLow) {
    const ocpp::Fault full{ocpp::FaultCode::InternalError, "no space to keep new transactions, please repeat later"};
    session::AnswerCharger refusal{exchange, request.version, full};
    return execute(refusal);  // what is left is for the stops of running transactions
  }
  session_.fromCharger(std::move(request), at);
  pump();
}

void Charger::carryOut(const OperatorCommand& command) {
  using Kind = OperatorCommand::Kind;
  const ocpp::Now at = now();
  for (const StoredRecord& each : command.related) session_.restore(each, at);
  switch (command.kind) {
    case Kind::RetryDeadLetter:
      if (command.deadLetter) session_.redeliver(*command.deadLetter, at);
      break;
    case Kind::RetryQueued: session_.retryNow(command.number, at); break;
    case Kind::DiscardQueued:
      session_.discard(command.number, command.reason, at, command.queued ? &*command.queued : nullptr);
      break;
  }
  pump();
  shard_.store()->commandDone(command.id);
}

void Charger::drain() {
  session_.drain(now());
  pump();
  if (ws_) ws_->close(1001, "going away");
}

void Charger::onDeadline() {
  armedFor_ = {};
  session_.tick(now());
  pump();
  if (!session_.wantsCentral()) shard_.backends().left(backEnd(), config_.identity);
}

void Charger::log(session::Level level, std::string_view event, const std::string& text) {
  shard_.log().line(level, config_.identity, event, text);
}

ocpp::Fault Charger::unspeakableMessage(const std::logic_error& why) {
  log(session::Level::Error, "internal", why.what());
  return {ocpp::FaultCode::InternalError, why.what()};
}

void Charger::pump() {
  if (pumping_) return;
  pumping_ = true;
  while (auto effect = session_.next()) promises_.take(std::move(*effect));
  pumping_ = false;
  if (shard_.trace().on()) shard_.trace().flush(config_.identity);
  const auto deadline = session_.deadline();
  if (!deadline) {
    Deadlines::disarm(*this);
    armedFor_ = {};
  } else if (*deadline != armedFor_) {
    armedFor_ = *deadline;
    shard_.deadlines().arm(*this, std::max(ocpp::Duration(0), *deadline - now().steady));
  }
}

// --- the back-end's side

WsTarget Charger::target() const {
  const Options& options = shard_.options();
  WsTarget target;
  target.url = backEnd();
  if (target.url.empty() || target.url.back() != '/') target.url += '/';
  target.url += percentEncoded(config_.centralIdentity);  // SM-1
  target.subprotocol = "ocpp1.6";
  target.password = !password_.empty() ? password_ : config_.password.value_or(shard_.centralPassword());
  if (!target.password.empty()) target.user = config_.centralIdentity;  // AU-3
  target.caFile = options.centralCa;
  target.certFile = options.centralCert;
  target.keyFile = options.centralKey;
  target.pingIntervalMs = pingInterval_ * 1000;
  target.maxMessage = options.limits.message;
  return target;
}

void Charger::execute(session::OpenCentral&) {
  WsCallbacks callbacks;
  callbacks.onOpen = [this] {
    shard_.backends().up(backEnd(), config_.identity);
    session_.centralIsUp(now());
    pump();
  };
  callbacks.onMessage = [this](std::string&& text) { onJson(std::move(text)); };
  callbacks.onClosed = [this](WsClosed&& closed) {
    session::CentralDown down{closed.wasOpen, closed.httpStatus, closed.reason == "subprotocol", closed.reason};
    const std::string code = closed.httpStatus ? "HTTP " + std::to_string(closed.httpStatus) + " "
                             : closed.wasOpen  ? "code " + std::to_string(closed.closeCode) + " "
                                               : "";
    const std::string reason = code + closed.reason;
    shard_.backends().away(backEnd(), config_.identity, reason.empty() ? "lost" : reason);
    const std::unique_ptr<WsConnection> gone = std::move(ws_);
    outstanding_.clear();
    session_.centralIsDown(down, now());
    pump();
  };
  ws_ = shard_.central().connect(target(), std::move(callbacks));
}

void Charger::execute(session::CloseCentral& effect) {
  if (!ws_) return;
  // A connection that the session has given up reports nothing more; it only finishes its closing handshake.
  outstanding_.clear();
  shard_.backends().left(backEnd(), config_.identity);
  ws_->close(effect.code, effect.reason);
  closing_ = std::move(ws_);
  log(session::Level::Info, "central-closed", effect.reason);
}

void Charger::execute(session::NewPassword& effect) {
  password_ = effect.bytes;
  keepRow();
}

void Charger::execute(session::SetPingInterval& effect) {
  pingInterval_ = effect.seconds;
  keepRow();
}

void Charger::execute(session::LoadQueued& effect) { ask(effect, &session::GatewaySession::queuedLoaded); }
void Charger::execute(session::FindTransaction& effect) { ask(effect, &session::GatewaySession::transactionFound); }

void Charger::ask(Wanted wanted, StoreAnswer tell) {
  if (promises_.failing()) {  // something that should be there is not
    (session_.*tell)(std::nullopt, now());
    return;
  }
  const auto answer = [this, alive = std::weak_ptr<bool>(alive_), tell](ReadResult&& result) {
    if (alive.expired()) return;
    for (const std::string& problem : result.problems) log(session::Level::Error, "store", problem);
    (session_.*tell)(result.ok ? std::optional(std::move(result.records)) : std::nullopt, now());
    pump();
  };
  shard_.store()->read(config_.identity, std::move(wanted), answer);
}

void Charger::execute(session::Note& effect) {
  const auto quirk = ocpp_s::findQuirk(effect.quirk);
  if (!quirk) return log(effect.level, "note", effect.text);
  countNotes({{*quirk, "/", effect.text}});
}

void Charger::sendJson(std::string frame, std::string_view action) {
  if (shard_.trace().on())
    shard_.trace().add({TracedMessage::Wire::Json, TracedMessage::Way::Out, std::string(action), frame});
  if (ws_) ws_->send(std::move(frame));
}

void Charger::execute(session::ToCentral& effect) {
  std::string frame;
  try {
    frame = ocpp_j::writeCall(effect.id, effect.request);
  } catch (const std::logic_error& why) {
    session_.fromCentral(session::CentralReply{effect.id, unspeakableMessage(why)}, now());
    return;
  }
  outstanding_.push_back({effect.id, effect.request.index()});
  if (outstanding_.size() > mostOutstanding) outstanding_.erase(outstanding_.begin());
  ++shard_.counters().jsonCalls;
  sendJson(std::move(frame), ocpp::actionName(effect.request));
}

void Charger::execute(session::AnswerCentral& effect) {
  if (!effect.result) return sendJson(ocpp_j::writeCallError(effect.id, effect.result.fault()), "error");
  const std::string action = std::string(ocpp::actionName(*effect.result)) + " result";
  try {
    sendJson(ocpp_j::writeCallResult(effect.id, *effect.result), action);
  } catch (const std::logic_error& why) {
    sendJson(ocpp_j::writeCallError(effect.id, unspeakableMessage(why)), action);
  }
}

void Charger::onJson(std::string&& text) {
  using Kind = ocpp_j::Frame::Kind;
  const ocpp_j::Frame frame = ocpp_j::readFrame(text);
  const auto trace = [&](std::string_view action, const char* what) {
    if (shard_.trace().on())
      shard_.trace().add(
          {TracedMessage::Wire::Json, TracedMessage::Way::In, std::string(action) + what, std::move(text)});
  };
  if (frame.kind == Kind::Malformed || frame.kind == Kind::Ignored) {  // section 7.3: ignored and logged
    log(session::Level::Warning, "json-ignored", frame.problem);
    return;
  }
  ocpp::ReadNotes notes;
  if (frame.kind == Kind::Call) {
    trace(frame.action, "");
    ++shard_.counters().jsonRequests;
    onCall(frame.id, frame.action,
           ocpp_j::readRequest(frame.action, frame.payload(), ocpp_j::ReadMode::Lenient, notes));
    if (!notes.empty()) log(session::Level::Info, "tolerated", joined(notes));
    return;
  }
  const auto sent =
      std::find_if(outstanding_.begin(), outstanding_.end(), [&](const Outstanding& o) { return o.id == frame.id; });
  if (sent == outstanding_.end()) {
    log(session::Level::Warning, "json-ignored", "answer to no CALL of ours: " + frame.id);
    return;
  }
  const std::size_t action = sent->action;
  outstanding_.erase(sent);
  trace(ocpp::Actions::names[action], frame.kind == Kind::CallError ? " error" : " result");
  ocpp::Result<ocpp::Response> result =
      frame.kind == Kind::CallError ? ocpp::Result<ocpp::Response>(ocpp_j::faultOf(frame))
                                    : ocpp_j::readResponse(action, frame.payload(), ocpp_j::ReadMode::Lenient, notes);
  if (!notes.empty()) log(session::Level::Info, "tolerated", joined(notes));
  session_.fromCentral(session::CentralReply{frame.id, std::move(result)}, now());
  pump();
}

void Charger::onCall(const std::string& id, const std::string& action, const ocpp::Result<ocpp::Request>& request) {
  if (request && promises_.held() >= mostHeld)
    return sendJson(ocpp_j::writeCallError(id, {ocpp::FaultCode::InternalError, "the disk does not keep up"}), action);
  if (request) {
    session_.fromCentral(session::CentralCall{id, *request}, now());
  } else {
    log(session::Level::Warning, "call-refused", action + ": " + request.fault().description);
    sendJson(ocpp_j::writeCallError(id, request.fault()), action + " error");
  }
  pump();
}

}  // namespace bridge
