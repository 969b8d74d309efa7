// SPDX-License-Identifier: GPL-2.0-or-later
// Back-ends behind simulated WebSockets, one for each address: they answer as told, and write down what they hear.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bridge/random_id.h"
#include "bridge/ws_client.h"
#include "ocpp_j/codec.h"
#include "ocpp_j/frame.h"
#include "tests/support/fake_central.h"
#include "tests/support/fake_loop.h"

namespace test {

/// One connection as the back-end sees it. Lives as long as anybody has it in his hands.
class BackendLink : public std::enable_shared_from_this<BackendLink> {
 public:
  BackendLink(FakeLoop& loop, bridge::WsTarget theTarget, bridge::WsCallbacks callbacks)
      : target(std::move(theTarget)), loop_(loop), callbacks_(std::move(callbacks)) {}

  const bridge::WsTarget target;
  std::string identity;  ///< Decoded, from the address.
  bool open = false;     ///< The back-end has taken it and nobody has ended it.
  int closeCode = 0;     ///< Of the bridge, when it has ended it.

  void accept() {
    if (ended_) return;
    open = true;
    toBridge([](BackendLink& self) { self.callbacks_.onOpen(); });
  }
  /// Instead of accept().
  void refuse(int httpStatus) { end({false, httpStatus, 0, "refused"}); }
  void send(std::string text) {
    if (!open) return;
    toBridge([text = std::move(text)](BackendLink& self) mutable { self.callbacks_.onMessage(std::move(text)); });
  }
  void call(const std::string& id, const ocpp::Request& request) { send(ocpp_j::writeCall(id, request)); }
  /// The back-end ends it; 1006 is a lost connection.
  void close(int code = 1000, const std::string& reason = "") {
    if (open) end({true, 0, code, reason});
  }

 private:
  friend class FakeBackends;
  friend class FakeConnection;
  void end(bridge::WsClosed closed) {
    if (std::exchange(ended_, true)) return;
    open = false;
    toBridge([closed](BackendLink& self) {
      bridge::WsClosed told = closed;
      self.callbacks_.onClosed(std::move(told));
    });
  }
  void toBridge(std::function<void(BackendLink&)> tell) {
    loop_.post([self = shared_from_this(), tell = std::move(tell)] {
      if (!self->abandoned_) tell(*self);
    });
  }

  FakeLoop& loop_;
  bridge::WsCallbacks callbacks_;
  bool ended_ = false;
  bool abandoned_ = false;  ///< The bridge's side is destroyed.
};
using BackendLinkPtr = std::shared_ptr<BackendLink>;

/// What a back-end does. Everything may be changed at any time.
struct FakeBackend {
  bool up = true;       ///< False: connections fail.
  bool silent = false;  ///< Takes connections and frames, says nothing.
  /// HTTP status of a refusal, 0 = welcome.
  std::function<int(const bridge::WsTarget&)> judge = [](const bridge::WsTarget&) { return 0; };
  /// Asked first about every CALL of the bridge; true = dealt with, whatever that was (CALLERROR, close, late, twice).
  std::function<bool(BackendLink&, const ocpp_j::Frame& call, const ocpp::Request&)> script;
  /// Sees every answer of the bridge to a CALL of this back-end.
  std::function<void(BackendLink&, const ocpp_j::Frame& answer)> onAnswer;

  struct Heard {
    std::string identity;
    ocpp::Request request;
  };
  std::vector<Heard> heard;                                  ///< Every CALL, in order, answered or not.
  std::map<std::string, FakeCentral> centrals;               ///< By identity: its books.
  std::vector<std::pair<std::string, std::string>> answers;  ///< To its CALLs: message id and frame.

  template <class M>
  std::vector<typename M::Request> all(const std::string& identity = "") const {
    std::vector<typename M::Request> found;
    for (const Heard& each : heard)
      if (identity.empty() || each.identity == identity)
        if (const auto* request = std::get_if<typename M::Request>(&each.request)) found.push_back(*request);
    return found;
  }
  /// The actions that it heard, "BootNotification StatusNotification".
  std::string actions() const {
    std::string text;
    for (const Heard& each : heard) text += (text.empty() ? "" : " ") + std::string(ocpp::actionName(each.request));
    return text;
  }
};

/// The bridge's side of a link.
class FakeConnection : public bridge::WsConnection {
 public:
  using Deliver = std::function<void(BackendLinkPtr, std::string&&)>;
  FakeConnection(FakeLoop& loop, BackendLinkPtr link, Deliver deliver)
      : loop_(loop), link_(std::move(link)), deliver_(std::move(deliver)) {}
  ~FakeConnection() override {
    link_->abandoned_ = true;
    if (!std::exchange(link_->ended_, true)) link_->closeCode = 1001;
    link_->open = false;
  }
  bool send(std::string text) override {
    if (!link_->open || closing_) return false;
    loop_.post([deliver = deliver_, link = link_, text = std::move(text)]() mutable {
      if (link->open) deliver(link, std::move(text));
    });
    return true;
  }
  void close(int code, std::string reason) override {
    if (std::exchange(closing_, true) || link_->ended_) return;
    loop_.post([link = link_, code, reason = std::move(reason)] {  // behind what was sent
      if (link->ended_) return;
      link->closeCode = code;
      bridge::WsClosed closed{link->open, 0, link->open ? code : 0, reason};
      closed.ours = true;
      link->end(std::move(closed));
    });
  }
  bool isOpen() const override { return link_->open && !closing_; }
  std::size_t queued() const override { return 0; }

 private:
  FakeLoop& loop_;
  BackendLinkPtr link_;
  Deliver deliver_;
  bool closing_ = false;
};

/// All back-ends of a simulated world.
class FakeBackends : public bridge::WsConnector {
 public:
  explicit FakeBackends(FakeLoop& loop) : loop_(loop) {}

  /// The one at that address, without the identity and a `/` at the end; made when first named.
  FakeBackend& at(const std::string& url) { return backends_[url]; }
  /// The newest link of an identity that is open, or null.
  BackendLinkPtr linkOf(const std::string& identity) const {
    for (auto each = links.rbegin(); each != links.rend(); ++each)
      if ((*each)->identity == identity && (*each)->open) return *each;
    return nullptr;
  }
  std::vector<BackendLinkPtr> links;  ///< All that were ever tried; tests may clear it.

  std::unique_ptr<bridge::WsConnection> connect(bridge::WsTarget target, bridge::WsCallbacks callbacks) override {
    const int patience = target.connectTimeoutMs;
    auto link = std::make_shared<BackendLink>(loop_, std::move(target), std::move(callbacks));
    const std::string& url = link->target.url;
    const std::size_t slash = url.rfind('/');
    const std::string place = url.substr(0, slash);
    link->identity = bridge::percentDecoded(url.substr(slash + 1));
    links.push_back(link);
    loop_.post([this, link, place] {
      FakeBackend& backend = at(place);
      if (!backend.up) return link->refuse(0);
      if (backend.silent) return;
      const int status = backend.judge(link->target);
      status == 0 ? link->accept() : link->refuse(status);
    });
    loop_.after(ocpp::Duration(patience), [link] {
      if (!link->open) link->refuse(0);
    });
    return std::make_unique<FakeConnection>(loop_, link, [this, place](const BackendLinkPtr& from, std::string&& text) {
      deliver(at(place), *from, text);
    });
  }

  /// What a back-end says by itself to a request.
  static void answer(FakeBackend& backend, BackendLink& link, const std::string& id, const ocpp::Request& request,
                     ocpp::Instant now) {
    FakeCentral& central = backend.centrals[link.identity];
    central.mayRepeat = true;
    link.send(ocpp_j::writeCallResult(id, central.answer(request, now)));
  }

 private:
  void deliver(FakeBackend& backend, BackendLink& link, const std::string& text) {
    const ocpp_j::Frame frame = ocpp_j::readFrame(text);
    if (frame.kind != ocpp_j::Frame::Kind::Call) {
      backend.answers.emplace_back(frame.id, text);
      if (backend.onAnswer) backend.onAnswer(link, frame);
      return;
    }
    ocpp::ReadNotes notes;
    const auto request = ocpp_j::readRequest(frame.action, frame.payload(), ocpp_j::ReadMode::Strict, notes);
    require(bool(request), "the back-end gets a CALL that is not OCPP 1.6: " + text);
    require(ids_.insert(frame.id).second, "a message id comes twice: " + frame.id);
    backend.heard.push_back({link.identity, *request});
    if (backend.silent || (backend.script && backend.script(link, frame, *request))) return;
    answer(backend, link, frame.id, *request, loop_.calendar());
  }

  FakeLoop& loop_;
  std::map<std::string, FakeBackend> backends_;
  std::set<std::string> ids_;
};

}  // namespace test
