// SPDX-License-Identifier: GPL-2.0-or-later
// The queue is short: chargers wait for their answers. Walking it costs less than keeping indexes.
#include "session/outbox.h"

#include <algorithm>

namespace session {

using namespace ocpp;

void Outbox::pushFront(OutCallPtr call, std::size_t place) {
  calls_.insert(calls_.begin() + static_cast<std::ptrdiff_t>(std::min(place, calls_.size())), std::move(call));
}

OutCall* Outbox::next(Now now) const {
  if (onWire_) return nullptr;
  bool olderWaits = false;
  for (const auto& call : calls_) {
    const bool due = call->notBefore <= now.steady && !call->waitsForStops;
    if (call->transactional && !call->setAside && (olderWaits || !due || call->behindParked)) {
      olderWaits = true;
      continue;
    }
    if (due) return call.get();
  }
  return nullptr;
}

void Outbox::sent(OutCall& call, std::string id, Now now) {
  call.id = std::move(id);
  call.sentAt = now.steady;
  call.everSent = true;
  onWire_ = &call;
}

void Outbox::unsend(OutCall& call) {
  call.id.clear();
  if (onWire_ == &call) onWire_ = nullptr;
}

OutCallPtr Outbox::take(OutCall& call) {
  if (onWire_ == &call) onWire_ = nullptr;
  const auto place = std::find_if(calls_.begin(), calls_.end(), [&](const OutCallPtr& c) { return c.get() == &call; });
  OutCallPtr taken = std::move(*place);
  calls_.erase(place);
  if (calls_.empty()) calls_.shrink_to_fit();
  return taken;
}

void Outbox::disconnect() {
  if (onWire_) unsend(*onWire_);
}

}  // namespace session
