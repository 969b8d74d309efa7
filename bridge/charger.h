// SPDX-License-Identifier: GPL-2.0-or-later
// One charger in the bridge: its GatewaySession, and the connections that execute the session's effects.
#pragma once

#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bridge/backend.h"
#include "bridge/callback.h"
#include "bridge/callback_book.h"
#include "bridge/charger_quirks.h"
#include "bridge/chargers_file.h"
#include "bridge/http_client.h"
#include "bridge/http_server.h"
#include "bridge/promises.h"
#include "bridge/quota.h"
#include "bridge/shard.h"
#include "bridge/ws_client.h"
#include "ocpp_s/envelope.h"
#include "ocpp_s/stop_glance.h"
#include "session/gateway_session.h"

namespace bridge {

/// Lives as long as the charger is known, or something of it waits. All calls on the loop's thread; may be destroyed
/// between events: whoever waits is answered then (FIELD A4).
class Charger : private Deadlines::Node {
 public:
  /// With what the store has of it; null: there is no store, or it knows none of that identity. `onTrial`: nothing of
  /// it is kept until settle().
  Charger(Shard& shard, ChargerConfig config, StoredCharger* stored, bool onTrial = false);
  ~Charger() override;

  /// It is a known one from now on, and what there is of it is kept (AU-1).
  void settle();
  /// Called once after construction.
  void begin();
  /// What the chargers file says now; without an entry (--auto-register) everything that came from the former one is
  /// forgotten, and what was learned under its protection. A charger that was leaving comes back. Another back-end
  /// takes its place when nothing binds the charger to the present one (TX-14).
  void configure(ChargerConfig config);
  /// The password of chargers without their own is another now.
  void commonPasswordChanged();
  /// A back-end that it leaves, or is to leave, may have another password by now: it is read again where it was read
  /// from (TX-14, TX-15).
  void renewFormerPassword();

  /// TX-15: it is not served any more. Whoever waits is answered, what is kept is still delivered; then it tells
  /// Shard::finished().
  void leave();
  bool leaving() const { return leaving_; }
  /// Its boot has not been accepted yet (AU-1).
  bool onTrial() const { return onTrial_; }
  /// While leaving: nothing of it waits any more.
  bool finished() const;

  /// The back-end that it belongs to; and the configured one, while something binds it to that (TX-14).
  const Backend& backend() const { return backend_; }
  const std::optional<Backend>& next() const { return next_; }
  ocpp::Instant movingSince() const { return row_.movingSince; }
  session::Ties ties() const { return session_.ties(now()); }
  /// The same in words.
  std::string waitsFor() const;

  /// Why a request with a body of so many bytes must not be taken now, or null: then it counts for the charger's rate
  /// (C3). What was taken before is not touched by it.
  const char* overload(std::size_t bytes);
  /// Looks at a request that was read and belongs to this charger: recognises a profile, changes what the profile says
  /// means something else, and gives the refusal of what it does not tolerate.
  std::optional<ocpp::Fault> examine(ocpp_s::RequestMessage& message, std::string_view document);
  /// A request that examine() let pass. `digest` names its bytes (SM-7).
  void fromCharger(ocpp_s::RequestMessage&& message, std::string digest, Responder responder);
  /// A StopTransaction of which no more could be read than `seen`, and why (FIELD C1).
  void buryUnread(ocpp_s::RequestMessage&& message, ocpp_s::StopGlance&& seen, std::string digest,
                  const std::string& why, Responder responder);
  /// `ocpp-soap-bridge queue` (ER-3, SM-15).
  void carryOut(const OperatorCommand& command);
  /// The address that a message announced (announcedAddress()), and who sent it (WA-5).
  void learnCallback(const std::string& announced, const std::string& peer);

  /// Another charger's link to the same back-end came up (SM-2).
  void centralReachable();

  /// Answers whoever waits and closes the WebSocket.
  void drain();
  /// Nobody waits for an answer that can still be given.
  bool idle() const;
  /// Nothing is under way at all: not even a CALL whose answer nobody needs.
  bool quiet() const { return idle() && session_.idle(); }
  bool connected() const { return ws_ != nullptr; }
  /// The link that it has lost last was lost in an outage (ER-3).
  void wasOutage() { session_.wasOutage(); }

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
    ocpp::Version version;
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
  const char* noSpaceFor(const ocpp::Request& request) const;
  /// Where its records go; null where nothing is kept of it.
  Store* store() const { return onTrial_ ? nullptr : shard_.store(); }
  void onDeadline() override;
  /// SM-13: tells the session whose HTTP exchange is gone, before it decides anything about it.
  void noticeWhoLeft();
  /// The back-end has answered; its acceptance of the boot makes a stranger a known charger (AU-1).
  void noticeAcceptance(const ocpp::Result<ocpp::Response>& answer);
  void pump();
  void arm();
  /// Hands over what the bridge itself must remember of the charger (callback, back-end, when it was seen). `awaited`:
  /// what is said next rests on it.
  void keepRow(bool awaited);
  void restore(StoredCharger&& stored);

  // --- charger_lifecycle.cpp
  Backend configuredBackend() const;
  void chooseBackend(const StoredCharger* stored);
  void setBackend(Backend configured, bool lost);
  bool saysOtherPassword(const Backend& before, const Backend& after) const;
  bool lostEntry(const StoredCharger& stored) const;
  void dropAuthorizationKey();
  void tellMove();
  bool tryMove();
  void stayWithName(std::uint64_t command);
  void endMoveCommands();
  void answerEverybody(const char* why);
  void log(session::Level level, std::string_view event, const std::string& text);
  void logRefusal(const session::Note& note);
  QuirkChoice quirkChoice() const;
  void countNotes(const ocpp_s::Notes& notes);
  void recognise(const ocpp_s::Clues& clues);

  /// Before an effect waits for its turn: what it says about the present already.
  void before(const session::Effect& effect);
  void refused(const session::Effect& effect);
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
  void onCentralClosed(std::uint64_t link, const WsClosed& closed);
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
  void forgetCallback(const std::string& why);
  void tellDropped(const std::string& url, const std::string& why);
  /// After the rules have changed: what was announced means what they say now.
  void announcedAgain();
  /// Where to, over which TLS, and which addresses are refused.
  void addressPost(HttpPost& post);
  void onHttpResult(session::ToCharger& sent, const Called& called, HttpResult&& result);
  /// Learns from the outcome of a call. True: nothing was sent, and another address may be tried.
  bool judgeCall(const std::string& url, const session::ChargerReply& reply);
  /// A message that the wire has no words for is a mistake of ours: logged, the peer gets an error, the process lives
  /// on.
  ocpp::Fault unspeakableMessage(const std::logic_error& why);
  WsTarget target() const;
  void linked();
  /// True: lost in an outage.
  bool unlinked(bool byUs, const std::string& reason);

  Shard& shard_;
  ChargerConfig config_;
  Backend backend_;
  CallbackBook book_;
  std::string callbackRemark_;                 ///< On what was announced last.
  std::string callbackLogged_, callbackNews_;  ///< Logged last, so that the same is not logged again.
  std::string password_;                       ///< Set by the back-end (CK-4); wins over the configured one.
  int pingInterval_;
  std::vector<std::uint64_t> moveCommands_;  ///< Of the operator, done when it has moved.
  std::deque<std::uint64_t> opens_;          ///< Links that the session wants opened and that wait for their turn.
  std::string linkedTo_;                     ///< The back-end that shard_.outages() counts our open link to, or "".
  std::string watchedAt_;     ///< The one that shard_.backends() knows us at, with a link or without, or "".
  std::uint64_t lookUp_ = 0;  ///< The newest question about a transaction.
  // What every message touches stands together: among thousands of chargers each line of memory has to be fetched.
  ChargerRow row_;               ///< As the store has it, or shall have it.
  std::optional<Backend> next_;  ///< The configured back-end, while something binds the charger to the present one.
  bool onTrial_;
  bool leaving_ = false;
  bool moveNow_ = false;  ///< The operator does not want to wait (TX-14).
  bool pumping_ = false;
  ocpp::Steady lookAgainAt_{};            ///< While it waits to move: transactions grow old.
  std::optional<ocpp::Version> version_;  ///< Of its last message.
  ocpp_s::Manner manner_;                 ///< Of its last message: our requests have the same.
  ocpp::Steady rowKept_{};                ///< When keepRow() was called last.
  ocpp::Steady armedFor_{};
  ocpp::Steady diskAgainAt_{};  ///< When what the disk did not keep is handed to it again.
  session::Exchange nextExchange_ = 1;
  /// Connections have numbers: `link_` is the newest that the session speaks of, and what any other one reports is not
  /// about that (FIELD A7).
  std::uint64_t link_ = 0, wsLink_ = 0, closingLink_ = 0;
  std::unique_ptr<WsConnection> ws_, closing_;
  std::vector<Waiting> waiting_;
  std::vector<Outstanding> outstanding_;
  std::vector<std::string> calls_;  ///< CALLs of the back-end without an answer.
  std::vector<std::uint64_t> posts_;
  Rate requests_, input_;              ///< C3: requests and bytes per second.
  std::string announced_, announcer_;  ///< What was last announced, by whom: the same again tells nothing new.
  ChargerQuirks quirks_;
  session::GatewaySession session_;
  Promises promises_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge
