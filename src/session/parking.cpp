// SPDX-License-Identifier: GPL-2.0-or-later
// A long queue waits in the store: memory holds its first messages and the transactions these need (TX-9, SM-10).
#include <algorithm>

#include "session/impl.h"

namespace session {

using namespace ocpp;

namespace {
constexpr std::size_t fewLeft = queueWindow / 2;
constexpr Duration loadAgainAfter = std::chrono::seconds(2);
}  // namespace

bool GatewaySession::Impl::hasKept() const { return !aside_.empty() || queueHasKept(); }

/// Without what is set aside: that holds up nobody (ER-3).
bool GatewaySession::Impl::queueHasKept() const {
  return !parked_.empty() || outbox_.find([](const OutCall& c) { return c.kept != 0 && !c.setAside; });
}

/// Kept messages beyond the window leave memory. From then on whatever comes is behind them.
void GatewaySession::Impl::park() {
  const bool begun = !parked_.empty();
  bool beyond = false;
  std::size_t kept = 0;
  std::vector<OutCall*> leaving;
  for (const auto& call : outbox_.all()) {
    if (!call->transactional || call->setAside) continue;
    kept += call->kept != 0;
    const bool rests = call->kept != 0 && !call->onWire() && !call->suspect && call->waiters.empty();
    beyond = beyond || (!begun && rests && kept > queueWindow);
    call->behindParked = call->behindParked || beyond;
    if (call->behindParked && rests) leaving.push_back(call.get());
  }
  for (OutCall* call : leaving) {
    parked_.add(call->kept, call->kept);
    outbox_.take(*call);
  }
  if (!leaving.empty()) evictParked();
}

/// Of transactions that are over and whose start is parked, or that are set aside, nothing is needed until a message of
/// theirs is loaded again (TX-6).
void GatewaySession::Impl::evictParked() {
  const auto all = transactions_.all();
  for (const Transaction& each : all) {
    const bool over = each->state == TransactionState::StopQueued || each->state == TransactionState::Orphaned;
    if (!over || linkedInQueue(*each)) continue;
    if (!isUndelivered(*each) && (!aside_.find(each->soapTxId) || namedInQueue(*each))) continue;
    evicted(*each);
    transactions_.remove(each);
  }
}

bool GatewaySession::Impl::wantsMore() const {
  if (parked_.empty() || loading_ || draining_ || (link_ != Link::Up && !leftBehind_)) return false;
  const auto& calls = outbox_.all();
  return static_cast<std::size_t>(
             std::count_if(calls.begin(), calls.end(), [](const auto& c) { return c->kept != 0; })) <= fewLeft;
}

void GatewaySession::Impl::loadMore(Now now) {
  if (!wantsMore() || loadAgainAt_ > now.steady) return;
  loading_ = LoadQueued{parked_.first(), parked_.last(), fewLeft};
  emit(*loading_);
}

void GatewaySession::Impl::queuedLoaded(std::optional<std::vector<Record>> records, Now now) {
  if (!loading_) return;
  if (loadingAside_) return asideLoaded(std::move(records), now);
  const LoadQueued asked = *loading_;
  loading_.reset();
  if (!records) {
    loadAgainAt_ = now.steady + loadAgainAfter;
    return;
  }
  const auto& calls = outbox_.all();
  const auto behind = std::find_if(calls.begin(), calls.end(), [](const auto& c) { return c->behindParked; });
  auto place = static_cast<std::size_t>(behind - calls.begin());
  std::size_t told = 0;
  std::uint64_t upTo = asked.first;
  for (const Record& record : *records) {
    if (const auto* transaction = std::get_if<TransactionRecord>(&record)) takeBack(*transaction, now);
    const auto* queued = std::get_if<QueuedRecord>(&record);
    if (!queued) continue;
    ++told;
    upTo = std::max(upTo, queued->number);
    // Not parked: it never left, or it has been discarded meanwhile.
    if (!parked_.contains(queued->number)) continue;
    auto call = callOf(*queued, now);
    call->discarded = leftBehind_;  // TX-14
    if (call->discarded || !staysAside(*call)) outbox_.pushFront(std::move(call), place++);
  }
  parked_.remove(asked.first, told < asked.most ? asked.last : upTo);
  if (parked_.empty())
    for (const auto& call : calls) call->behindParked = false;
  pump(now);
}

}  // namespace session
