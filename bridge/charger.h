// SPDX-License-Identifier: GPL-2.0-or-later
// One charger in the bridge: its GatewaySession, and the connections that execute the session's effects.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bridge/callback.h"
#include "bridge/callback_book.h"
#include "bridge/charger_quirks.h"
#include "bridge/chargers_file.h"
#include "bridge/http_client.h"
#include "bridge/http_server.h"
#include "bridge/promises.h"
#include "bridge/shard.h"
#include "bridge/ws_client.h"
#include "ocpp_s/envelope.h"
#include "session/gateway_session.h"

namespace bridge {

/// Lives as long as the charger is known. All calls on the loop's thread; may be destroyed between events.
class Charger : private Deadlines::Node {
 public:
  Charger(Shard& shard, ChargerConfig config);
  ~Charger() override;

  /// Takes back what an earlier process kept; before begin().
  void restore(StoredCharger&& stored);
  /// Called once after construction.
  void begin();
  void configure(ChargerConfig config);

  /// Why a request must not be taken now, or null. What was taken before is not touched by it.
  const char* overload() const;
  /// Looks at a request that was read and belongs to this charger: recognises a profile, changes what the profile says
  /// means something else, and gives the refusal of what it does not tolerate.
  std::optional<ocpp::Fault> examine(ocpp_s::RequestMessage& message, std::string_view document);
  /// A request that examine() let pass. `digest` names its bytes (SM-7).
  void fromCharger(ocpp_s::RequestMessage&& message, std::string digest, Responder responder);
  /// `ocpp-soap-bridge queue` (ER-3, SM-15).
  void carryOut(const OperatorCommand& command);
  /// The address that a message announced (announcedAddress()), and who sent it (WA-5).
  void learnCallback(const std::string& announced, const std::string& peer);

  /// Answers whoever waits and closes the WebSocket.
  void drain();
  bool idle() const { return session_.idle() && promises_.held() == 0; }
  bool connected() const { return ws_ != nullptr; }

  /// Where it is called, and how that went.
  const CallbackBook& callback() const { return book_; }
  /// Why what it last announced was repaired or refused, or "".
  const std::string& callbackRemark() const { return callbackRemark_; }
  const ChargerConfig& config() const { return config_; }
  session::Overview overview() const { return session_.overview(); }
  const ChargerQuirks& quirks() const { return quirks_; }
  std::optional<ocpp::Version> version() const { return version_; }

 private:
  /// An HTTP exchange that waits for its answer.
  struct Waiting {
    session::Exchange exchange;
    Responder responder;
    ocpp_s::Header request;
    ocpp_s::Manner manner;
  };
  /// A CALL whose answer may still come.
  struct Outstanding {
    std::string id;
    std::size_t action;
  };

  ocpp::Now now() const { return shard_.clock().now(); }
  session::Settings settings() const;
  session::Services services() const;
  void onDeadline() override;
  void pump();
  /// Keeps what the bridge itself must remember of the charger (callback, password, when it was seen).
  void keepRow();
  void log(session::Level level, std::string_view event, const std::string& text);
  QuirkChoice quirkChoice() const;
  void countNotes(const ocpp_s::Notes& notes);
  void recognise(const ocpp_s::Clues& clues);

  void execute(session::ToCharger& effect);
  void execute(session::ToCentral& effect);
  void execute(session::AnswerCharger& effect);
  void execute(session::AnswerCentral& effect);
  void execute(session::OpenCentral&);
  void execute(session::CloseCentral& effect);
  void execute(session::NewPassword& effect);
  void execute(session::SetPingInterval& effect);
  void execute(session::Keep&) {}  // promises_ takes them
  void execute(session::Forget&) {}
  void execute(session::LoadQueued& effect);
  void execute(session::FindTransaction& effect);
  void execute(session::Note& effect);

  /// Asks the store, and gives the session its answer.
  using StoreAnswer = void (session::GatewaySession::*)(std::optional<std::vector<session::Record>>, ocpp::Now);
  void ask(Wanted wanted, StoreAnswer tell);
  void sendJson(std::string frame, std::string_view action);
  void onJson(std::string&& text);
  void onCall(const std::string& id, const std::string& action, const ocpp::Result<ocpp::Request>& request);
  /// A request under way: where to, as which message, and until when.
  struct Called {
    std::string url, messageId;
    ocpp::Steady end;
  };
  void call(session::ToCharger& effect, ocpp::Steady end);
  CallbackRules callbackRules() const;
  /// After settings have come or changed: gives up a learned address that they do not permit.
  void reconsiderCallback();
  /// Where to, over which TLS, and which addresses are refused.
  void addressPost(HttpPost& post);
  void onHttpResult(session::ToCharger& sent, const Called& called, HttpResult&& result);
  /// Learns from the outcome of a call. True: nothing was sent, and another address may be tried.
  bool judgeCall(const std::string& url, const session::ChargerReply& reply);
  /// A message that the wire has no words for is a mistake of ours: logged, the peer gets an error, the process lives
  /// on.
  ocpp::Fault unspeakableMessage(const std::logic_error& why);
  /// The URL of its back-end, without the charger's name there.
  std::string backEnd() const;
  WsTarget target() const;

  Shard& shard_;
  ChargerConfig config_;
  ChargerQuirks quirks_;
  session::GatewaySession session_;
  Promises promises_;
  CallbackBook book_;
  std::string callbackRemark_;                 ///< On what was announced last.
  std::string callbackLogged_, callbackNews_;  ///< Logged last, so that the same is not logged again.
  std::size_t learnedFrom_ = 0;  ///< Hash of what was last announced, by whom: the same again tells nothing new.
  std::string password_;         ///< Set by the back-end (CK-4); wins over the configured one.
  int pingInterval_;
  std::optional<ocpp::Version> version_;  ///< Of its last message.
  ocpp_s::Manner manner_;                 ///< Of its last message: our requests have the same.
  ocpp::Steady rowKept_{};                ///< When keepRow() was called last.
  std::unique_ptr<WsConnection> ws_, closing_;
  std::vector<Waiting> waiting_;
  std::vector<Outstanding> outstanding_;
  std::vector<std::uint64_t> posts_;
  session::Exchange nextExchange_ = 1;
  ocpp::Steady armedFor_{};
  bool pumping_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge
