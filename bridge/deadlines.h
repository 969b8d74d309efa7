// SPDX-License-Identifier: GPL-2.0-or-later
// Coarse timeouts for many thousands of connections: one timing wheel, no heap operation per message.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "bridge/clock.h"

namespace bridge {

class Firewall;

/// A wheel of 50 ms slots. Moving a deadline later costs two stores: the node is re-slotted when its old slot comes
/// round. Loop thread only. Nodes must not outlive the wheel while armed.
class Deadlines {
 public:
  /// Something with at most one deadline; derive from it. Destroying an armed node disarms it.
  class Node {
   public:
    Node() = default;
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    bool armed() const { return next_ != nullptr; }

   protected:
    virtual ~Node() { unlink(); }
    /// Called once, disarmed, at most one slot late. May arm or destroy any node, itself included.
    virtual void onDeadline() = 0;

   private:
    friend class Deadlines;
    void unlink();
    Node* prev_ = nullptr;
    Node* next_ = nullptr;
    std::int64_t due_ = 0;   // tick at which it fires
    std::int64_t slot_ = 0;  // tick at which the wheel looks at it, never later than due_
  };

  /// `clock` outlives the wheel. `wake` is called when a node is armed while the wheel stands still: from then on
  /// advance() must be called each tickMs.
  Deadlines(const Clock& clock, std::function<void()> wake);
  ~Deadlines();
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  /// Fires the node once, `after` from now (rounded up to a slot); replaces an earlier deadline.
  void arm(Node& node, std::chrono::milliseconds after);
  static void disarm(Node& node) { node.unlink(); }
  /// From now on what nodes throw ends there (C6).
  void behind(Firewall* firewall) { firewall_ = firewall; }

  static constexpr std::int64_t tickMs = 50;
  /// Fires what is due.
  void advance();
  /// When the next node fires; walks over all of them, so for simulated time only.
  std::optional<ocpp::Steady> earliest() const;

 private:
  static constexpr std::size_t slots = 1024;

  struct Anchor : Node {  // head of a circular list
    Anchor();
    void onDeadline() override {}
  };

  std::int64_t nowTick() const { return clock_.steady().time_since_epoch().count() / tickMs; }
  static void link(Node& head, Node& node);
  void insert(Node& node);
  void visit(Anchor& slot, std::int64_t tick);

  const Clock& clock_;
  std::function<void()> wake_;
  bool awake_ = false;
  Firewall* firewall_ = nullptr;
  std::int64_t done_;  // last tick that was looked at
  std::array<Anchor, slots> wheel_;
};

}  // namespace bridge
