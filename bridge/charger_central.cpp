// SPDX-License-Identifier: GPL-2.0-or-later
// The back-end's side of a Charger: its WebSocket, the frames on it, and what the store is asked.
#include <algorithm>
#include <stdexcept>

#include "bridge/charger.h"
#include "bridge/random_id.h"
#include "ocpp_j/codec.h"
#include "ocpp_j/frame.h"

namespace bridge {

namespace {

constexpr std::size_t mostOutstanding = 8;  // CALLs whose late answers we still recognise
constexpr std::size_t mostHeld = 256;       // effects that wait for the disk

std::string joined(const ocpp::ReadNotes& notes) {
  std::string out;
  for (const ocpp::ReadNote& note : notes) out += (out.empty() ? "" : "; ") + note.path + " " + note.text;
  return out;
}

}  // namespace

WsTarget Charger::target() const {
  const Options& options = shard_.options();
  WsTarget target;
  target.url = backend_.url.empty() ? shard_.centralUrl() : backend_.url;
  if (target.url.empty() || target.url.back() != '/') target.url += '/';
  target.url += percentEncoded(backend_.identity);  // SM-1
  target.subprotocol = "ocpp1.6";
  target.password = !password_.empty() ? password_ : backend_.password;
  if (!target.password.empty()) target.user = backend_.identity;  // AU-3
  target.caFile = options.centralCa;
  target.certFile = options.centralCert;
  target.keyFile = options.centralKey;
  target.pingIntervalMs = pingInterval_ * 1000;
  target.maxMessage = options.limits.message;
  return target;
}

void Charger::before(const session::Effect& effect) {
  if (const auto* key = std::get_if<session::NewPassword>(&effect)) {
    row_.password = key->bytes;
    keepRow(true);  // FIELD A6: what accepts it waits for this
  }
  // From here on the session speaks of another connection, whenever the present one is really closed.
  if (std::holds_alternative<session::CloseCentral>(effect)) {
    ++link_;
    calls_.clear();
  }
  if (std::holds_alternative<session::OpenCentral>(effect)) opens_.push_back(++link_);
}

void Charger::refused(const session::Effect& effect) {
  if (!std::holds_alternative<session::NewPassword>(effect)) return;
  log(session::Level::Error, "authorization-key", "a new AuthorizationKey could not be kept: the former one stays");
  row_.password = password_;
  keepRow(false);
}

void Charger::execute(session::OpenCentral&) {
  const std::uint64_t link = opens_.front();
  opens_.pop_front();
  if (link != link_) return;  // given up before its turn came
  WsCallbacks callbacks;
  callbacks.onOpen = [this, link] {
    if (link != link_) return;  // FIELD A7
    linked();
    session_.centralIsUp(now());
    pump();
    shard_.reachable().linkUp(backend_.url);
  };
  callbacks.onMessage = [this, link](std::string&& text) {
    if (link == link_) onJson(std::move(text));
  };
  callbacks.onClosed = [this, link](WsClosed&& closed) { onCentralClosed(link, closed); };
  ws_ = shard_.central().connect(target(), std::move(callbacks));
  wsLink_ = link;
}

void Charger::onCentralClosed(std::uint64_t link, const WsClosed& closed) {
  std::unique_ptr<WsConnection> gone;
  if (link == wsLink_)
    gone = std::move(ws_);
  else if (link == closingLink_)
    gone = std::move(closing_);
  if (link != link_) return;  // FIELD A7: the session has given it up
  const std::string code = closed.httpStatus ? "HTTP " + std::to_string(closed.httpStatus) + " "
                           : closed.wasOpen  ? "code " + std::to_string(closed.closeCode) + " "
                                             : "";
  session::CentralDown down{
      closed.wasOpen, closed.httpStatus, closed.reason == "subprotocol",
      closed.reason,  closed.closeCode,  unlinked(closed.ours, code + (closed.reason.empty() ? "lost" : closed.reason)),
      closed.ours};
  noticeWhoLeft();
  outstanding_.clear();
  calls_.clear();  // nobody waits for their answers any more
  session_.centralIsDown(down, now());
  pump();
}

void Charger::execute(session::CloseCentral& effect) {
  if (!ws_) return;
  // A connection that the session has given up reports nothing more; it only finishes its closing handshake.
  outstanding_.clear();
  unlinked(true, "");
  ws_->close(effect.code, effect.reason);
  closing_ = std::move(ws_);
  closingLink_ = wsLink_;
  log(session::Level::Info, "central-closed", effect.reason);
}

void Charger::execute(session::NewPassword& effect) { password_ = effect.bytes; }

void Charger::execute(session::SetPingInterval& effect) { pingInterval_ = effect.seconds; }

void Charger::execute(session::LoadQueued& effect) { ask(effect, &session::GatewaySession::queuedLoaded); }
void Charger::execute(session::FindTransaction& effect) {
  ++lookUp_;
  ask(effect, &session::GatewaySession::transactionFound);
}

void Charger::ask(Wanted wanted, StoreAnswer tell) {
  if (promises_.failing()) {  // something that should be there is not
    (session_.*tell)(std::nullopt, now());
    return;
  }
  const bool finds = std::holds_alternative<session::FindTransaction>(wanted);
  const auto answer = [this, alive = std::weak_ptr<bool>(alive_), tell, finds,
                       question = lookUp_](ReadResult&& result) {
    if (alive.expired() || (finds && question != lookUp_)) return;  // FIELD A7: whoever asked that is gone
    for (const std::string& problem : result.problems) log(session::Level::Error, "store", problem);
    (session_.*tell)(result.ok ? std::optional(std::move(result.records)) : std::nullopt, now());
    pump();
  };
  shard_.store()->read(config_.identity, std::move(wanted), answer);
}

void Charger::execute(session::Note& effect) {
  const auto quirk = ocpp_s::findQuirk(effect.quirk);
  if (effect.refusal) return logRefusal(effect);
  if (!quirk) return log(effect.level, effect.event.empty() ? "note" : effect.event, effect.text);
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
  calls_.erase(std::remove(calls_.begin(), calls_.end(), effect.id), calls_.end());
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
  noticeWhoLeft();
  noticeAcceptance(result);
  const bool unreadable = frame.kind != Kind::CallError && !result;
  session_.fromCentral(session::CentralReply{frame.id, std::move(result), unreadable}, now());
  pump();
}

void Charger::onCall(const std::string& id, const std::string& action, const ocpp::Result<ocpp::Request>& request) {
  if (request && promises_.held() >= mostHeld)
    return sendJson(ocpp_j::writeCallError(id, {ocpp::FaultCode::InternalError, "the disk does not keep up"}), action);
  if (request) {
    calls_.push_back(id);
    session_.fromCentral(session::CentralCall{id, *request}, now());
  } else {
    log(session::Level::Warning, "call-refused", action + ": " + request.fault().description);
    sendJson(ocpp_j::writeCallError(id, request.fault()), action + " error");
  }
  pump();
}

}  // namespace bridge
