// SPDX-License-Identifier: GPL-2.0-or-later
// The timing wheel: due nodes fire, the others move on to the slot of their real deadline.
#include "bridge/deadlines.h"

#include <algorithm>
#include <utility>

#include "bridge/firewall.h"

namespace bridge {

void Deadlines::Node::unlink() {
  if (next_ == nullptr) return;
  prev_->next_ = next_;
  next_->prev_ = prev_;
  prev_ = next_ = nullptr;
}

Deadlines::Anchor::Anchor() { prev_ = next_ = this; }

Deadlines::Deadlines(const Clock& clock, std::function<void()> wake)
    : clock_(clock), wake_(std::move(wake)), done_(nowTick()) {}

Deadlines::~Deadlines() {
  for (Anchor& slot : wheel_) {
    while (slot.next_ != &slot) slot.next_->unlink();
  }
}

void Deadlines::link(Node& head, Node& node) {
  node.next_ = &head;
  node.prev_ = head.prev_;
  head.prev_->next_ = &node;
  head.prev_ = &node;
}

void Deadlines::insert(Node& node) {
  // A deadline more than a lap away is looked at once per lap.
  node.slot_ = std::min(node.due_, done_ + static_cast<std::int64_t>(slots));
  link(wheel_[static_cast<std::size_t>(node.slot_) % slots], node);
}

void Deadlines::arm(Node& node, std::chrono::milliseconds after) {
  if (!awake_) {
    awake_ = true;
    done_ = nowTick();
    if (wake_) wake_();
  }
  const std::int64_t ticks = (std::max<std::int64_t>(after.count(), 0) + tickMs - 1) / tickMs;
  node.due_ = std::max(nowTick() + ticks, done_) + 1;
  if (node.armed() && node.slot_ <= node.due_) return;
  node.unlink();
  insert(node);
}

void Deadlines::visit(Anchor& slot, std::int64_t tick) {
  Anchor todo;  // nodes armed meanwhile land in the wheel, never in the list being walked
  if (slot.next_ != &slot) {
    todo.next_ = slot.next_;
    todo.prev_ = slot.prev_;
    todo.next_->prev_ = todo.prev_->next_ = &todo;
    slot.next_ = slot.prev_ = &slot;
  }
  while (todo.next_ != &todo) {
    Node& node = *todo.next_;
    node.unlink();
    if (node.due_ <= tick) {
      if (firewall_)
        firewall_->run(EventSource::Deadline, {}, [&] { node.onDeadline(); });
      else
        node.onDeadline();
    } else {
      insert(node);
    }
  }
}

void Deadlines::advance() {
  const std::int64_t now = nowTick();
  // After a long stall every slot is looked at once.
  done_ = std::max(done_, now - static_cast<std::int64_t>(slots));
  while (done_ < now) {
    ++done_;
    visit(wheel_[static_cast<std::size_t>(done_) % slots], now);
  }
}

std::optional<ocpp::Steady> Deadlines::earliest() const {
  std::optional<std::int64_t> first;
  for (const Anchor& slot : wheel_)
    for (const Node* node = slot.next_; node != &slot; node = node->next_)
      if (!first || node->due_ < *first) first = node->due_;
  if (!first) return std::nullopt;
  return ocpp::Steady(ocpp::Duration(*first * tickMs));
}

}  // namespace bridge
