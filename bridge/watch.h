// SPDX-License-Identifier: GPL-2.0-or-later
// How libev's watchers are bound to us: the only place where libev calls C++ (tests/layers.py sees to that), and it
// does so behind the firewall of the loop.
#pragma once

#include <ev.h>

#include <type_traits>

#include "bridge/firewall.h"

namespace bridge {

/// The firewall of a loop that a Loop owns.
inline Firewall& firewallOf(struct ev_loop* loop) { return *static_cast<Firewall*>(ev_userdata(loop)); }

/// Initialises the watcher: libev will call `method(events)` of `owner` (EV_READ, EV_WRITE, ...), or
/// `method(watcher, events)` where one owner has several.
template <EventSource source, auto method, class Watcher, class Owner>
void bindWatcher(Watcher& watcher, Owner& owner) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-cstyle-cast): libev's macro
  ev_init(&watcher, [](struct ev_loop* loop, Watcher* called, int events) {
    auto* self = static_cast<Owner*>(called->data);
    firewallOf(loop).run(source, {}, [&] {
      if constexpr (std::is_invocable_v<decltype(method), Owner&, Watcher&, int>)
        (self->*method)(*called, events);
      else
        (self->*method)(events);
    });
  });
  watcher.data = &owner;
}

}  // namespace bridge
