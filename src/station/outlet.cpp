// SPDX-License-Identifier: GPL-2.0-or-later
// The order of contactor and lock.
#include "station/outlet.h"

#include <algorithm>

namespace station {

void Outlet::supply(bool on, Steady now) {
  on = on && holds() && !releaseDue_;
  if (on == closed()) return;
  if (!on) return open(now);
  contactor_ = Contactor::Closed;
  openBy_.reset();
  effects_->push_back(SetContactor{id_, true});
}

void Outlet::open(Steady now) {
  effects_->push_back(SetContactor{id_, false});
  const bool told = timing_.powerOff > Steady{};  // else the board does not say when it is open
  contactor_ = told ? Contactor::Opening : Contactor::Open;
  openBy_.reset();
  if (told) openBy_ = now + timing_.powerOff;
  releaseIfOpen();
}

void Outlet::opened() {
  if (contactor_ != Contactor::Opening) return;
  contactor_ = Contactor::Open;
  openBy_.reset();
  releaseIfOpen();
}

void Outlet::lock(Steady now) {
  if (!hasLock_) return;
  locked_ = releaseDue_ = false;
  lockBy_ = now + timing_.lock;
  effects_->push_back(Lock{id_});
}

void Outlet::release() {
  if (!hasLock_) return;
  releaseDue_ = true;
  releaseIfOpen();
}

void Outlet::releaseIfOpen() {
  if (!releaseDue_ || !isOpen()) return;
  locked_ = releaseDue_ = false;
  lockBy_.reset();
  effects_->push_back(Unlock{id_});
}

void Outlet::lockSays(LockState state) {
  if (state == LockState::Unlocked && locking()) return;  // an earlier Unlock is answered; this one is not yet
  locked_ = state == LockState::Locked;
  lockBy_.reset();
}

Outlet::Overdue Outlet::tick(Steady now) {
  if (openBy_ && now >= *openBy_) {
    openBy_.reset();
    return Overdue::Contactor;
  }
  if (lockBy_ && now >= *lockBy_) {
    lockBy_.reset();
    return Overdue::Lock;
  }
  return Overdue::Nothing;
}

std::optional<Steady> Outlet::deadline() const {
  if (openBy_ && lockBy_) return std::min(*openBy_, *lockBy_);
  return openBy_ ? openBy_ : lockBy_;
}

}  // namespace station
