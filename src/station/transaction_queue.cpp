// SPDX-License-Identifier: GPL-2.0-or-later
// Order, attempts, ids and records of messages about transactions.
#include "station/transaction_queue.h"

#include <algorithm>

#include "ocpp/text.h"
#include "station/record.h"

namespace station {

using namespace ocpp;

namespace {

constexpr std::string_view prefix = "queue/";

// Sixteen hexadecimal digits, so that keys sort as numbers do.
std::string keyOf(std::uint64_t number) {
  std::string digits(16, '0');
  for (std::size_t i = digits.size(); number > 0 && i-- > 0; number >>= 4) digits[i] = "0123456789abcdef"[number & 15];
  return std::string(prefix) + digits;
}

std::optional<std::uint64_t> numberOf(std::string_view key) {
  if (key.size() != prefix.size() + 16) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : key.substr(prefix.size())) {
    const std::size_t digit = std::string_view("0123456789abcdef").find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    number = number << 4 | digit;
  }
  return number;
}

template <class Message>
bool readAs(std::string_view text, Request& to) {
  const auto message = fromRecord<typename Message::Request>(text);
  if (message) to = *message;
  return message.has_value();
}

// A letter for the kind of message, then head and message.
std::string write(const Queued& each) {
  const std::string head = toRecord(each.head);
  const auto with = [&](char kind, const auto& message) { return kind + head + toRecord(message); };
  if (const auto* start = std::get_if<StartTransaction::Request>(&each.request)) return with('B', *start);
  if (const auto* stop = std::get_if<StopTransaction::Request>(&each.request)) return with('E', *stop);
  return with('M', std::get<MeterValues::Request>(each.request));
}

bool read(std::string_view text, Queued& to) {
  if (text.empty()) return false;
  const char kind = text.front();
  text.remove_prefix(1);
  RecordReader reader(text);
  if (!reader.value(to.head)) return false;
  const std::string_view rest = reader.rest();
  if (kind == 'B') return readAs<StartTransaction>(rest, to.request);
  if (kind == 'E') return readAs<StopTransaction>(rest, to.request);
  return kind == 'M' && readAs<MeterValues>(rest, to.request);
}

}  // namespace

void TransactionQueue::keep(const Queued& each) { keeper_.keep(keyOf(each.number), write(each)); }

bool TransactionQueue::hasRoomForTransaction(std::size_t running) const {
  const auto lasting =
      std::count_if(queue_.begin(), queue_.end(), [](const Queued& each) { return !is<MeterValues>(each.request); });
  return static_cast<std::size_t>(lasting) + running + 2 <= most_;
}

bool TransactionQueue::dropReading() {
  // The first one may be on its way.
  const auto found = std::find_if(queue_.begin() + (queue_.empty() ? 0 : 1), queue_.end(),
                                  [](const Queued& each) { return is<MeterValues>(each.request); });
  if (found == queue_.end()) return false;
  keeper_.forget(keyOf(found->number));
  queue_.erase(found);
  return true;
}

bool TransactionQueue::add(Request request, const QueueHead& head, std::uint64_t order) {
  if (queue_.size() >= most_) {
    const bool found = dropReading();
    if (found || is<MeterValues>(request)) ++dropped_;
    if (!found && is<MeterValues>(request)) return false;
  }
  queue_.push_back({++lastNumber_, order, head, std::move(request)});
  keep(queue_.back());
  return true;
}

const Queued* TransactionQueue::due(Steady now) const {
  return queue_.empty() || now < notBefore_ ? nullptr : &queue_.front();
}

std::optional<Steady> TransactionQueue::retryAt() const {
  if (queue_.empty()) return std::nullopt;
  return notBefore_;
}

void TransactionQueue::removeFront() {
  keeper_.forget(keyOf(queue_.front().number));
  queue_.pop_front();
  notBefore_ = {};
}

bool TransactionQueue::refused(int mostAttempts, Steady interval, Steady now) {
  Queued& first = queue_.front();
  ++first.head.attempts;
  if (first.head.attempts >= mostAttempts) return true;
  notBefore_ = now + interval * first.head.attempts;
  keep(first);
  return false;
}

void TransactionQueue::identify(std::int64_t transaction, std::optional<TransactionId> id) {
  for (Queued& each : queue_) {
    if (each.head.transaction != transaction) continue;
    if (auto* stop = std::get_if<StopTransaction::Request>(&each.request))
      stop->transactionId = id.value_or(TransactionId{-1});
    else if (auto* values = std::get_if<MeterValues::Request>(&each.request))
      values->transactionId = id;
    else
      continue;
    keep(each);
  }
}

void TransactionQueue::shiftClock(Duration by) {
  for (Queued& each : queue_) {
    if (each.head.clockKnown) continue;
    each.head.clockKnown = true;
    std::visit([&](auto& message) { forEach<DateTime>(message, [&](DateTime& time) { time.at += by; }); },
               static_cast<Request::Alternatives&>(each.request));
    keep(each);
  }
}

void TransactionQueue::endOfRun() {
  for (Queued& each : queue_) each.head.clockKnown = true;
}

bool TransactionQueue::restore(std::string_view key, std::string_view value) {
  if (key.substr(0, prefix.size()) != prefix) return false;
  Queued each;
  const auto number = numberOf(key);
  if (!number || !read(value, each)) return false;
  each.number = *number;
  lastNumber_ = std::max(lastNumber_, *number);
  queue_.insert(std::upper_bound(queue_.begin(), queue_.end(), each,
                                 [](const Queued& a, const Queued& b) { return a.number < b.number; }),
                std::move(each));
  return true;
}

}  // namespace station
