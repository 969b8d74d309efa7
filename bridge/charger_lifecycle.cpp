// SPDX-License-Identifier: GPL-2.0-or-later
// How a Charger comes, changes, moves to another back-end and leaves (TX-14, TX-15, FIELD A2 to A5).
#include <algorithm>

#include "bridge/charger.h"

namespace bridge {

namespace {

constexpr ocpp::Duration lookAgainEvery = std::chrono::minutes(10);

std::string counted(std::size_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// The back-end that what is kept names; rows of older databases name none.
std::string backendOf(const StoredCharger& stored) {
  if (!stored.backend.empty()) return stored.backend;
  for (const StoredRecord& record : stored.records) {
    if (const auto* queued = std::get_if<session::QueuedRecord>(&record); queued && !queued->backend.empty())
      return queued->backend;
    const auto* tx = std::get_if<session::TransactionRecord>(&record);
    const bool open =
        tx && (tx->state == session::TransactionState::Starting || tx->state == session::TransactionState::Active);
    if (open && !tx->backend.empty()) return tx->backend;
  }
  return "";
}

void takePassword(Backend& to, const Backend& from) {
  to.password = from.password;
  to.passwordFile = from.passwordFile;
  to.passwordEnv = from.passwordEnv;
}

bool sameCallRules(const ChargerConfig& a, const ChargerConfig& b) {
  const auto& x = a.call;
  const auto& y = b.call;
  return x.policy == y.policy && x.nat == y.nat && x.port == y.port && x.allow == y.allow &&
         x.trust.demanded() == y.trust.demanded();
}

bool mayComeFrom(const ChargerConfig& config, const std::string& sender) {
  const auto address = IpAddress::parse(sender);
  return !address || config.access.from.empty() || config.access.from.contains(*address);
}

}  // namespace

Backend Charger::configuredBackend() const {
  const Options& options = shard_.options();
  Backend backend;
  backend.url = config_.centralUrl.value_or(options.centralUrl);
  backend.identity = config_.centralIdentity;
  if (config_.password) {
    backend.password = *config_.password;
    backend.passwordFile = config_.passwordFile;
    backend.passwordEnv = config_.passwordEnv;
  } else {
    backend.password = shard_.centralPassword();
    backend.passwordFile = options.centralPasswordFile;
  }
  return backend;
}

/// The one that what is kept belongs to; the configured one as soon as nothing does (TX-14).
void Charger::chooseBackend(const StoredCharger* stored) {
  backend_ = configuredBackend();
  if (!stored) return;
  row_.password = password_ = stored->password;
  row_.movingSince = stored->movingSince;
  const std::string known = backendOf(*stored);
  std::string problem;
  const auto last = readBackend(stored->lastSettings, problem);
  const bool lost = lostEntry(*stored);
  const bool lastIsKnown = last && last->name() == known;
  if (lost) dropAuthorizationKey();
  if (known.empty() || known == backend_.name()) {
    row_.movingSince = {};
    if (lastIsKnown && saysOtherPassword(*last, backend_)) dropAuthorizationKey();
    return;
  }
  next_ = std::move(backend_);
  backend_ = lastIsKnown ? *last : backendNamed(known);
  if (lost) takePassword(backend_, *next_);
  if (!problem.empty()) log(session::Level::Warning, "move-waits", "password of the former back-end: " + problem);
  if (stored->movingTo != next_->name()) row_.movingSince = now().calendar;
}

void Charger::begin() {
  if (next_) tellMove();
  session_.tick(now());
  pump();
}

/// The operator's word about this charger's own password has changed; the one for all chargers is none about it.
bool Charger::saysOtherPassword(const Backend& before, const Backend& after) const {
  const std::string& shared = shard_.options().centralPasswordFile;
  const auto own = [&](const Backend& b) {
    return b.password.empty() || (!shared.empty() && b.passwordFile == shared) ? std::string() : b.password;
  };
  return own(before) != own(after);
}

/// Since it was written down its entry has gone, and --auto-register serves it further (FIELD A5).
bool Charger::lostEntry(const StoredCharger& stored) const {
  return config_.digest.empty() && !stored.autoRegistered && !stored.lastSettings.empty();
}

/// The operator's word about the password is newer than the back-end's (CK-4).
void Charger::dropAuthorizationKey() {
  if (!password_.empty())
    log(session::Level::Info, "authorization-key",
        "the one that the back-end has set is forgotten: the settings say another");
  row_.password.clear();
  password_.clear();
}

void Charger::configure(ChargerConfig config) {
  const bool back = leaving_;
  const bool lost = !config_.digest.empty() && config.digest.empty();
  const bool otherRules = !sameCallRules(config, config_);
  const bool otherEntry = config.digest != config_.digest;
  config_ = std::move(config);
  Backend configured = configuredBackend();
  if (!back && !otherEntry && configured.dialledAs(next_ ? *next_ : backend_)) return;
  leaving_ = false;
  if (back) session_.stay();
  book_.fix(config_.callback, now());
  // FIELD A5: what was learned behind its locks is not for whoever comes now, nor what somebody told who may no more.
  if (lost || !mayComeFrom(config_, announcer_))
    forgetCallback(lost ? "its entry was deleted" : "whoever announced it may not speak for it any more");
  if (otherRules) announcedAgain();
  reconsiderCallback();
  quirks_.choose(quirkChoice());
  setBackend(std::move(configured), lost);
  session_.configure(settings());
  keepRow(false);
  pump();
}

void Charger::setBackend(Backend configured, bool lost) {
  const bool same = configured.name() == backend_.name();
  const bool otherPassword = lost || (same && saysOtherPassword(backend_, configured));
  bool redial = otherPassword;
  if (same) {
    redial = redial || !configured.dialledAs(backend_);
    backend_ = std::move(configured);
    next_.reset();
    row_.movingSince = {};
    endMoveCommands();
    session_.stay();
  } else {
    if (lost) takePassword(backend_, configured);  // TX-15: at once, although what waits may need it
    if (!next_ || next_->name() != configured.name()) row_.movingSince = now().calendar;
    if (next_ && next_->name() != configured.name() && moveNow_) {
      log(session::Level::Warning, "move", "not at once any more: the back-end to move to is another one by now");
      endMoveCommands();
      session_.stay();
    }
    next_ = std::move(configured);
    if (session_.ties(now()).hold()) tellMove();
  }
  if (otherPassword) dropAuthorizationKey();
  if (!redial) return;
  log(session::Level::Info, "reconnecting", "the address or password of the back-end has changed");
  session_.reconnect("settings changed", now());
}

/// Whoever gave them need not wait any longer.
void Charger::endMoveCommands() {
  moveNow_ = false;
  for (const std::uint64_t command : moveCommands_) shard_.store()->commandDone(command);
  moveCommands_.clear();
}

std::string Charger::waitsFor() const {
  const session::Ties ties = session_.ties(now());
  std::string text;
  const auto add = [&](std::size_t count, const char* what) {
    if (count != 0) text += (text.empty() ? "" : ", ") + counted(count, what);
  };
  add(ties.queued, "message");
  add(ties.open, "open transaction");
  if (text.empty() && ties.busy) text = "what is under way";
  return text;
}

void Charger::tellMove() {
  lookAgainAt_ = now().steady + lookAgainEvery;
  const std::string what = waitsFor();
  if (what.empty()) return;
  shard_.log().line(session::Level::Warning, config_.identity, "move-waits",
                    "stays with " + backend_.name() + " and moves to " + next_->name() + " after " + what, {});
}

/// True when it has moved: the session has something to say.
bool Charger::tryMove() {
  if (!next_ || leaving_) return false;
  const session::Ties ties = session_.ties(now());
  lookAgainAt_ = now().steady + lookAgainEvery;
  if (moveNow_ ? ties.queued != 0 : ties.hold()) return false;
  std::string left;
  const std::size_t behind = ties.old + (moveNow_ ? ties.open : 0);
  if (behind != 0) left = "; " + counted(behind, "open transaction") + " stays with the former one";
  log(behind == 0 ? session::Level::Info : session::Level::Warning, "moved",
      "from " + backend_.name() + " to " + next_->name() + left);
  backend_ = std::move(*next_);
  next_.reset();
  row_.movingSince = {};
  row_.password.clear();  // it was the former one's
  password_.clear();
  session_.moveTo(settings(), now());
  keepRow(false);
  endMoveCommands();
  return true;
}

void Charger::leave() {
  if (leaving_) return;
  leaving_ = true;
  next_.reset();
  endMoveCommands();
  for (const std::uint64_t post : posts_) shard_.calls().cancel(post);
  posts_.clear();
  ++lookUp_;
  session_.leave(now());
  pump();
  const session::Ties ties = session_.ties(now());
  if (ties.queued == 0) return;
  keepRow(false);
  log(session::Level::Warning, "leaving",
      counted(ties.queued, "message") + " still waits for " + backend_.name() +
          (ties.open + ties.old == 0 ? ""
                                     : "; " + counted(ties.open + ties.old, "transaction") + " stays without a stop"));
}

bool Charger::finished() const {
  return leaving_ && session_.ties(now()).queued == 0 && session_.idle() && promises_.settled();
}

/// FIELD A4: nobody waits for somebody who is gone.
void Charger::answerEverybody(const char* why) {
  for (const std::uint64_t post : posts_) shard_.calls().cancel(post);
  posts_.clear();
  const ocpp::Fault gone{ocpp::FaultCode::InternalError, why};
  while (!waiting_.empty()) {
    session::AnswerCharger answer{waiting_.front().exchange, waiting_.front().version, gone};
    execute(answer);
  }
  for (const std::string& id : std::exchange(calls_, {})) {
    session::AnswerCentral answer{id, gone};
    execute(answer);
  }
}

// --- the operator's commands

void Charger::carryOut(const OperatorCommand& command) {
  using Kind = OperatorCommand::Kind;
  const ocpp::Now at = now();
  for (const StoredRecord& each : command.related) session_.restore(each, at);
  bool later = false;
  switch (command.kind) {
    case Kind::RetryDeadLetter:
      if (command.deadLetter) session_.redeliver(*command.deadLetter, at);
      break;
    case Kind::RetryQueued: session_.retryNow(command.number, at); break;
    case Kind::DiscardQueued:
      session_.discard(command.number, command.reason, at, command.queued ? &*command.queued : nullptr);
      break;
    case Kind::MoveNow:
    case Kind::MoveSame:
      later = next_.has_value();
      if (!later) log(session::Level::Warning, "move", "there is nothing to do: it does not wait to move");
      break;
    case Kind::Forget: break;  // the shard's
  }
  if (later && command.kind == Kind::MoveNow) {
    moveNow_ = true;
    moveCommands_.push_back(command.id);
    session_.leaveBehind("left behind: the operator moved the charge point to " + next_->name(), at);
  } else if (later) {
    stayWithName(command.id);
  }
  pump();
  if (!later) shard_.store()->commandDone(command.id);
}

/// TX-14 --same-back-end: the other name is the same back-end, and everything goes along.
void Charger::stayWithName(std::uint64_t command) {
  log(session::Level::Info, "moved", backend_.name() + " is called " + next_->name() + " now; everything goes along");
  shard_.store()->renameBackend(config_.identity, backend_.name(), next_->name());
  backend_ = std::move(*next_);
  next_.reset();
  row_.movingSince = {};
  endMoveCommands();
  session_.callBackEnd(settings());
  session_.reconnect("the back-end has another address", now());
  keepRow(false);
  shard_.store()->commandDone(command);
}

}  // namespace bridge
