// SPDX-License-Identifier: GPL-2.0-or-later
// One request at a time: which one is next, what its answer means, and what happens while nobody answers (section 3.7).
#include "station/impl.h"

namespace station {

using namespace ocpp;

namespace {

// A message that gets no answer this often, while others before and after it do, counts as refused for good: it seems
// to bring the central system down. Connections that come and go must not add up to it, hence so many.
constexpr int mostSilentAttempts = 20;

}  // namespace

void Station::Impl::enqueue(Purpose purpose, Request request, int connectorId, std::uint64_t token, bool triggered) {
  if (outbox_.size() >= settings_.capacity.outbox) {
    const Outgoing dropped = outbox_.front();
    outbox_.pop_front();
    note(Level::Warning, "too many messages wait; dropped a " + std::string(actionName(dropped.request)));
    dropFromOutbox(dropped);
  }
  outbox_.push_back({++lastOrder_, purpose, std::move(request), connectorId, token, triggered});
}

// While the central system is away it gets a heartbeat now and then; what is queued waits until that is answered. So a
// message that brings it down is told from an outage.
bool Station::Impl::chooseProbe(Outgoing& next, Steady now) {
  if (now < probeAt_) return false;
  next = {0, Purpose::Heartbeat, Heartbeat::Request{}, 0, 0, false};
  return true;
}

bool Station::Impl::choose(Outgoing& next, Steady now) {
  if (bootAt_ && now >= *bootAt_) {
    next = {0, Purpose::Boot, settings_.identity, 0, 0, false};
    return true;
  }
  if (!registered()) {
    // Pending: only what the central system has triggered. Rejected: nothing (section 4.2).
    const auto wanted =
        std::find_if(outbox_.begin(), outbox_.end(), [](const Outgoing& each) { return each.triggered; });
    if (registration_ != RegistrationStatus::Pending || wanted == outbox_.end()) return false;
    next = *wanted;
    outbox_.erase(wanted);
    return true;
  }
  if (link_ == Link::Down) return chooseProbe(next, now);
  auto chosen = std::find_if(outbox_.begin(), outbox_.end(),
                             [](const Outgoing& each) { return each.purpose == Purpose::Authorize; });
  if (chosen == outbox_.end()) chosen = outbox_.begin();
  const Queued* queued = queue_.due(now);
  const bool userWaits = chosen != outbox_.end() && chosen->purpose == Purpose::Authorize;
  if (queued && !userWaits && (chosen == outbox_.end() || queued->order < chosen->order)) {
    next = {queued->order, Purpose::Transaction, queued->request, 0, queued->number, false};
    return true;
  }
  if (chosen == outbox_.end()) return false;
  next = *chosen;
  outbox_.erase(chosen);
  return true;
}

void Station::Impl::pump(Steady now) {
  Outgoing message;
  if (inFlight_ || !choose(message, now)) return;
  if (message.purpose == Purpose::Boot) bootAt_.reset();
  if (message.purpose == Purpose::Transaction) {
    if (triedInVain_ && heardSinceAttempt_) ++silentAttempts_;
    triedInVain_ = false;
  }
  inFlight_ = InFlight{++lastRequest_, message, now};
  emit(Send{lastRequest_, std::move(message.request)});
}

void Station::Impl::heard(Steady now) {
  lastHeard_ = now;
  offlineBackoff_ = {};
  const bool back = link_ == Link::Down;
  link_ = Link::Up;
  if (back && registered()) announceAll(true, now);
}

void Station::Impl::response(RequestId id, const Response& response, Steady now) {
  if (!inFlight_ || inFlight_->id != id) return;  // it came after its time
  const InFlight answered = std::move(*inFlight_);
  inFlight_.reset();
  heard(now);
  if (response.index() != answered.message.request.index())
    refused(answered.message, {FaultCode::FormationViolation, "the response is of another action"}, now);
  else
    understood(answered.message, response, now);
  if (answered.message.purpose != Purpose::Transaction) heardSinceAttempt_ = true;
  finish(now);
}

void Station::Impl::noResponse(RequestId id, const NoResponse& why, Steady now) {
  if (!inFlight_ || inFlight_->id != id) return;
  const InFlight failed = std::move(*inFlight_);
  inFlight_.reset();
  if (why.answered) {
    heard(now);
    if (failed.message.purpose != Purpose::Transaction) heardSinceAttempt_ = true;
    refused(failed.message, why.fault, now);
    return finish(now);
  }
  const bool wasUp = link_ != Link::Down;
  link_ = Link::Down;
  offlineBackoff_ = wasUp ? settings_.offlineRetryFirst : std::min(offlineBackoff_ * 2, settings_.offlineRetryMost);
  probeAt_ = now + offlineBackoff_;
  if (wasUp) note(Level::Warning, "the central system does not answer: " + why.fault.description);
  lost(failed.message, now);
  const std::deque<Outgoing> waiting = std::move(outbox_);
  outbox_.clear();
  for (const Outgoing& each : waiting) {
    if (each.purpose == Purpose::Files)
      outbox_.push_back(each);  // how an update or upload ended is worth saying later
    else
      lost(each, now);
  }
  finish(now);
}

// Nobody answered: some messages have no meaning later, others have their own memory.
void Station::Impl::lost(const Outgoing& message, Steady now) {
  if (message.purpose == Purpose::Boot) return bootUnanswered(now);
  if (message.purpose == Purpose::Authorize) {
    if (const auto pending = takePending(message.token)) tagUnanswered(*pending, now);
    return;
  }
  if (message.purpose == Purpose::Files) return outbox_.push_front(message);
  if (message.purpose == Purpose::Transaction) {
    triedInVain_ = heardSinceAttempt_;
    heardSinceAttempt_ = false;
    if (silentAttempts_ >= mostSilentAttempts)
      giveUpFirst({FaultCode::InternalError, "no answer, though others are answered"});
    return;
  }
  dropFromOutbox(message);
}

void Station::Impl::dropFromOutbox(const Outgoing& message) {
  if (message.purpose == Purpose::Report) connectors_[static_cast<std::size_t>(message.connectorId)].unsaid = true;
  if (message.purpose == Purpose::Data) emit(DataAnswered{message.token, {}});
  if (message.purpose == Purpose::Authorize) takePending(message.token);
}

void Station::Impl::understood(const Outgoing& message, const Response& response, Steady now) {
  switch (message.purpose) {
    case Purpose::Boot: return booted(std::get<BootNotification::Response>(response), now);
    case Purpose::Heartbeat: return setClock(std::get<Heartbeat::Response>(response).currentTime, now);
    case Purpose::Authorize: {
      const auto& info = std::get<Authorize::Response>(response).idTagInfo;
      if (const auto pending = takePending(message.token)) tagDecided(*pending, info, now);
      return;
    }
    case Purpose::Report: return;
    case Purpose::Transaction: {
      const std::int64_t number = queue_.front().head.transaction;
      queue_.removeFront();
      silentAttempts_ = 0;
      if (const auto* start = std::get_if<StartTransaction::Request>(&message.request))
        return started(number, *start, std::get<StartTransaction::Response>(response), now);
      const auto* stop = std::get_if<StopTransaction::Request>(&message.request);
      if (!stop || !stop->idTag) return;
      const auto& info = std::get<StopTransaction::Response>(response).idTagInfo;
      if (info) learn(*stop->idTag, *info, now);
      return;
    }
    case Purpose::Data: return emit(DataAnswered{message.token, std::get<DataTransfer::Response>(response)});
    case Purpose::Files: return newsTold(message.request);
    case Purpose::Meter: return;
  }
}

void Station::Impl::refused(const Outgoing& message, const Fault& fault, Steady now) {
  note(Level::Warning, std::string(actionName(message.request)) + " was refused: " + fault.description);
  if (message.purpose == Purpose::Boot) return bootUnanswered(now);
  if (message.purpose == Purpose::Authorize) {
    if (const auto pending = takePending(message.token)) tagUnanswered(*pending, now);
  } else if (message.purpose == Purpose::Transaction) {
    queueRefused(fault, now);
  } else if (message.purpose == Purpose::Data) {
    emit(DataAnswered{message.token, {}});
  } else if (message.purpose == Purpose::Files) {
    newsTold(message.request);
  }
}

void Station::Impl::queueRefused(const Fault& fault, Steady now) {
  if (!queue_.refused(configuration_.integer(Key::TransactionMessageAttempts),
                      seconds(Key::TransactionMessageRetryInterval), now))
    return;
  giveUpFirst(fault);
}

void Station::Impl::giveUpFirst(const Fault& fault) {
  const Queued& first = queue_.front();
  note(Level::Error, "gave up a " + std::string(actionName(first.request)) + ": " + fault.description);
  const std::int64_t number = first.head.transaction;
  const bool wasStart = is<StartTransaction>(first.request);
  queue_.removeFront();
  silentAttempts_ = 0;
  triedInVain_ = false;
  if (wasStart) startGivenUp(number);
}

void Station::Impl::sendData(std::uint64_t token, const DataTransfer::Request& request, Steady now) {
  if (!online() || settings_.version == Version::V12)
    emit(DataAnswered{token, {}});
  else
    enqueue(Purpose::Data, request, 0, token);
  finish(now);
}

}  // namespace station
