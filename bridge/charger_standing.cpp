// SPDX-License-Identifier: GPL-2.0-or-later
// What changes around a Charger: the password of all, a stranger that is accepted, exchanges whose peer has left.
#include "bridge/charger.h"

namespace bridge {

void Charger::commonPasswordChanged() {
  if (!leaving_ && !config_.password) configure(config_);  // the configured back-end has another password now
  renewFormerPassword();
}

void Charger::renewFormerPassword() {
  if (!leaving_ && !next_) return;  // the configured one is the settings' affair
  if (backend_.passwordFile.empty() && backend_.passwordEnv.empty()) return;
  std::string problem;
  const auto again = readBackend(writeBackend(backend_), problem);
  if (!problem.empty()) log(session::Level::Warning, "reload-failed", problem + "; the former password stays");
  if (!again || again->password.empty() || again->password == backend_.password) return;
  if (saysOtherPassword(backend_, *again)) dropAuthorizationKey();
  backend_.password = again->password;
  log(session::Level::Info, "reconnecting", "the password of the back-end that it still delivers to has changed");
  session_.reconnect("settings changed", now());
  pump();
}

void Charger::settle() {
  if (!onTrial_) return;
  onTrial_ = false;
  if (!store()) return;
  promises_.keepIn(*store());
  session_.configure(settings());
  keepRow(false);
  pump();
}

void Charger::noticeAcceptance(const ocpp::Result<ocpp::Response>& answer) {
  if (!onTrial_ || !answer) return;
  const auto* boot = std::get_if<ocpp::BootNotification::Response>(&*answer);
  if (!boot || boot->status != ocpp::RegistrationStatus::Accepted) return;
  shard_.registered(config_.identity);
  settle();
}

void Charger::noticeWhoLeft() {
  for (auto each = waiting_.begin(); each != waiting_.end();) {
    if (each->responder.alive()) {
      ++each;
      continue;
    }
    session_.chargerLeft(each->exchange, now());
    each = waiting_.erase(each);
  }
}

}  // namespace bridge
