// SPDX-License-Identifier: GPL-2.0-or-later
// Stops that could not be read whole (FIELD C1).
#include "session/impl.h"

namespace session {

using namespace ocpp;

/// What is known of it is kept for the operator, and the charger told that it was taken: it would send the same again
/// and again.
void GatewaySession::Impl::buryUnread(ChargerRequest request, const UnreadStop& unread, Now now) {
  seen(now);
  version_ = request.version;
  wantCentral(now);
  if (repeated(request, now)) return pump(now);
  const Waiter waiter{request.exchange, request.version};
  const std::string what = "a StopTransaction cannot be read: " + unread.why;
  auto& stop = std::get<StopTransaction::Request>(request.request);
  const Transaction record = transactions_.bySoapId(stop.transactionId.value);
  if (!settings_.durable) {
    emit(Note{Level::Error, what + "; without a data directory nothing of it can be kept", {}, "lost-readings", {}});
    answer(waiter, Fault{FaultCode::InternalError, "too large to be read"});
    return pump(now);
  }
  if (!unread.timestamp) stop.timestamp = {bridgeTime(now), true};
  if (!unread.meterStop && record) stop.meterStop = record->lastRegister.value_or(record->meterStart);
  if (services_.toUtc && unread.timestamp) toUtc(request.request, services_.toUtc);
  ++refusals_.lostReadings;
  emit(Note{Level::Error, what, {}, "dead-letter", {}});
  if (record && isOpen(*record)) finish(*record, stop, TransactionState::Closed);
  keepRecord(DeadLetterRecord{++queueNumber_, request.request, 0, what, now.calendar, now.calendar, services_.newKey(),
                              record && isElsewhere(*record) ? record->backend : settings_.backend});
  const Response taken = StopTransaction::Response{};
  if (const auto key = Repeats::keyOf(request)) repeats_.put(*key, taken, now.steady);
  answer(waiter, taken);
  pump(now);
}

}  // namespace session
