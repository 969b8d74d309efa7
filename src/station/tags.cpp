// SPDX-License-Identifier: GPL-2.0-or-later
// Tags: for which connector one is meant, whether it may charge, and what it stops (OCPP 1.6 sections 3.5 and 4.1).
#include "station/impl.h"

namespace station {

using namespace ocpp;

// A shared reader: first what the tag can stop or take over, then the cable that waits, then the only connector.
int Station::Impl::connectorFor(const IdToken& idTag) const {
  int waiting = 0;
  for (const Connector& c : connectors_) {
    if (c.id == 0) continue;
    if (c.transaction && equalFold(c.transaction->idTag, idTag)) return c.id;
    if (c.retainedFor && equalFold(*c.retainedFor, idTag)) return c.id;
    if (c.grant && equalFold(c.grant->idTag, idTag)) return c.id;
    const auto reserved = reservationFor(c.id, idTag, {});
    if (reserved && reservations_.at(*reserved).connectorId == c.id && usable(c)) return c.id;
    if (waiting == 0 && c.plug != Plug::None && !c.grant && usable(c)) waiting = c.id;
  }
  if (waiting != 0) return waiting;
  return connectors_.size() == 2 ? 1 : 0;
}

void Station::Impl::tag(int connectorId, const IdToken& idTag, Steady now) {
  if (rebooting_ || connectorId < 0 || connectorId >= static_cast<int>(connectors_.size())) return;
  const int chosen = connectorId == 0 ? connectorFor(idTag) : connectorId;
  Connector* c = connector(chosen);
  if (trimmed(idTag).empty() || codePoints(idTag) > IdToken::limit) {
    emit(ShowTag{chosen, TagOutcome::Refused});  // no message could carry it
  } else if (c && c->transaction) {
    tagForStop(*c, idTag, now);
  } else if (c && c->retainedFor && equalFold(*c->retainedFor, idTag)) {
    c->retainedFor.reset();
    c->outlet.release();
    emit(ShowTag{c->id, TagOutcome::Accepted});
  } else if (c && c->grant && equalFold(c->grant->idTag, idTag)) {
    c->grant.reset();  // B1: shown a second time
    emit(ShowTag{c->id, TagOutcome::Stopped});
  } else {
    tagForStart(chosen, idTag, {}, now);
  }
  finish(now);
}

void Station::Impl::tagForStart(int connectorId, const IdToken& idTag, std::optional<ChargingProfile> profile,
                                Steady now) {
  const Connector* c = connector(connectorId);
  const bool taken = c && c->grant && !equalFold(c->grant->idTag, idTag);
  const bool possible =
      c ? usable(*c)
        : std::any_of(connectors_.begin() + 1, connectors_.end(), [&](const Connector& each) { return usable(each); });
  const Decision decision = authorization_.decide(idTag, online(), wall(now));
  if (!possible || taken || decision.verdict == Verdict::Refuse) {
    emit(ShowTag{connectorId, TagOutcome::Refused});
  } else if (decision.verdict == Verdict::Accept) {
    grant(connectorId, idTag, decision.info, std::move(profile), now);
  } else {
    ask({0, connectorId, idTag, TagUse::Start, std::move(profile)});
  }
}

// The tag of the start stops without a question (section 3.5); another one must have the same parent.
void Station::Impl::tagForStop(Connector& c, const IdToken& idTag, Steady now) {
  if (equalFold(c.transaction->idTag, idTag)) {
    emit(ShowTag{c.id, TagOutcome::Stopped});
    return stop(c, Reason::Local, idTag, now);
  }
  const Decision decision = authorization_.decide(idTag, online(), wall(now));
  const PendingTag pending{0, c.id, idTag, TagUse::Stop, {}};
  if (!c.transaction->parentIdTag || decision.verdict == Verdict::Refuse)
    emit(ShowTag{c.id, TagOutcome::Refused});
  else if (decision.verdict == Verdict::Accept)
    tagDecided(pending, decision.info, now);
  else
    ask(pending);
}

void Station::Impl::ask(PendingTag pending) {
  const bool repeated = std::any_of(pendingTags_.begin(), pendingTags_.end(), [&](const PendingTag& each) {
    return each.connectorId == pending.connectorId && equalFold(each.idTag, pending.idTag);
  });
  if (repeated) return;
  if (pendingTags_.size() >= settings_.capacity.pendingTags)
    return emit(ShowTag{pending.connectorId, TagOutcome::Refused});
  pending.token = ++lastToken_;
  emit(ShowTag{pending.connectorId, TagOutcome::Waiting});
  enqueue(Purpose::Authorize, Authorize::Request{pending.idTag}, pending.connectorId, pending.token);
  pendingTags_.push_back(std::move(pending));
}

std::optional<PendingTag> Station::Impl::takePending(std::uint64_t token) {
  const auto found = std::find_if(pendingTags_.begin(), pendingTags_.end(),
                                  [&](const PendingTag& each) { return each.token == token; });
  if (found == pendingTags_.end()) return std::nullopt;
  PendingTag pending = std::move(*found);
  pendingTags_.erase(found);
  return pending;
}

void Station::Impl::learn(const IdToken& idTag, const IdTagInfo& info, Steady now) {
  if (!authorization_.learn(idTag, info, wall(now))) return;
  // Section 4.1 and 4.8: the list is wrong about this tag; the central system should know.
  note(Level::Warning, "the local list contradicts the central system about a tag");
  BoardFault conflict;
  conflict.code = ChargePointErrorCode::LocalListConflict;
  conflict.blocking = false;
  connectors_[0].faults.push_back(conflict);
  announce(connectors_[0], now);
  connectors_[0].faults.pop_back();
}

void Station::Impl::tagDecided(const PendingTag& pending, const IdTagInfo& info, Steady now) {
  if (pending.use == TagUse::Stop) {
    Connector* c = connector(pending.connectorId);
    const bool same = c && c->transaction && info.status == AuthorizationStatus::Accepted && info.parentIdTag &&
                      c->transaction->parentIdTag && equalFold(*info.parentIdTag, *c->transaction->parentIdTag);
    emit(ShowTag{pending.connectorId, same ? TagOutcome::Stopped : TagOutcome::Refused});
    learn(pending.idTag, info, now);
    if (same) stop(*c, Reason::Local, pending.idTag, now);
    return;
  }
  learn(pending.idTag, info, now);
  if (info.status == AuthorizationStatus::Accepted)
    grant(pending.connectorId, pending.idTag, info, pending.profile, now);
  else
    emit(ShowTag{pending.connectorId, TagOutcome::Refused});
}

// The question got no answer: the rules for being offline decide.
void Station::Impl::tagUnanswered(const PendingTag& pending, Steady now) {
  const Decision decision = authorization_.decide(pending.idTag, false, wall(now));
  if (decision.verdict != Verdict::Accept) return emit(ShowTag{pending.connectorId, TagOutcome::Refused});
  if (pending.use == TagUse::Stop) return tagDecided(pending, decision.info, now);
  grant(pending.connectorId, pending.idTag, decision.info, pending.profile, now);
}

bool Station::Impl::grant(int connectorId, const IdToken& idTag, const IdTagInfo& info,
                          std::optional<ChargingProfile> profile, Steady now) {
  // A cable may have come in while the central system was asked.
  Connector* c = connector(connectorId == 0 ? connectorFor(idTag) : connectorId);
  if (c && (!usable(*c) || blockedByReservation(c->id, idTag, info.parentIdTag))) {
    emit(ShowTag{c->id, TagOutcome::Refused});
    return false;
  }
  Grant granted{idTag, info.parentIdTag, reservationFor(c ? c->id : 0, idTag, info.parentIdTag), std::move(profile),
                now + seconds(Key::ConnectionTimeOut)};
  emit(ShowTag{c ? c->id : 0, TagOutcome::Accepted});
  if (!c) {
    floatingGrant_ = std::move(granted);
    return true;
  }
  c->grant = std::move(granted);
  c->spent = false;
  c->preparingUntil.reset();
  startIfReady(*c, now);
  return true;
}

}  // namespace station
