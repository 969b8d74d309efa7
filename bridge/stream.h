// SPDX-License-Identifier: GPL-2.0-or-later
// An accepted connection as a stream of bytes: plain TCP straight on the loop, TLS by libwebsockets' raw-skt role.
#pragma once

#include <ev.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/loop.h"
#include "bridge/lws_sink.h"

namespace bridge {

/// Gets the events of a stream that it owns. May destroy itself, and so the stream, only in onGone().
class StreamUser {
 public:
  /// What came; valid during the call.
  virtual void onBytes(std::string_view bytes) = 0;
  /// What the socket did not take at once is sent.
  virtual void onSent() = 0;
  /// The peer sends no more but may still read (plain connections only). The user stops reading, or drops.
  virtual void onPeerEnd() = 0;
  /// The connection is over: the last event, once; also from inside drop().
  virtual void onGone() = 0;
  /// Kept by the stream while it delivers an event.
  virtual std::shared_ptr<void> hold() = 0;

 protected:
  ~StreamUser() = default;
};

/// From now on closing the socket resets the connection, whatever is unsent or unread.
void resetOnClose(int socket);

/// One connection. Loop thread only.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual bool open() const = 0;
  /// Sends at once what the socket takes and keeps the rest. False: the connection is broken; drop() it later.
  virtual bool write(std::string_view bytes) = 0;
  /// Something is kept that the socket has not taken yet.
  virtual bool unsent() const = 0;
  virtual void setReading(bool on) = 0;
  /// Ends our direction when all is sent. Plain: the peer's end is still awaited, and reading goes on. TLS: closes.
  virtual void finish() = 0;
  /// Closes now.
  virtual void drop() = 0;
  /// Closes now, and where that can be said the peer is told that the connection was reset.
  virtual void reset() { drop(); }
  /// Names in the certificate that the peer has shown and that was found good. Known once bytes have come.
  virtual std::vector<std::string> peerNames() const { return {}; }
};

/// libwebsockets is not asked here: for each socket that comes and goes it looks at all others (docs/decisions.md).
class PlainStream final : public Stream {
 public:
  /// Takes over a non-blocking socket. `buffer` is where bytes are received; streams of one loop may share it.
  PlainStream(Loop& loop, int socket, StreamUser& user, std::string& buffer);
  ~PlainStream() override;

  bool open() const override { return socket_ >= 0; }
  bool write(std::string_view bytes) override;
  bool unsent() const override { return !unsent_.empty(); }
  void setReading(bool on) override;
  void finish() override;
  void drop() override;
  void reset() override;

 private:
  void onEvent(int events);
  void onReadable();
  void flush();
  void watch(int events);
  void close();

  Loop& loop_;
  StreamUser& user_;
  std::string& buffer_;
  ev_io watch_{};
  int socket_;
  bool finishing_ = false;
  std::string unsent_;
};

class TlsStream final : public Stream, public LwsSink {
 public:
  explicit TlsStream(StreamUser& user) : user_(user) {}
  /// False: refused, the socket is closed; there may or may not have been onGone().
  bool adopt(lws_vhost* vhost, int socket);

  bool open() const override { return wsi_ != nullptr; }
  bool write(std::string_view bytes) override;
  bool unsent() const override { return lws_partial_buffered(wsi_) != 0; }
  void setReading(bool on) override { lws_rx_flow_control(wsi_, on ? 1 : 0); }
  void finish() override;
  void drop() override;
  std::vector<std::string> peerNames() const override { return peerNames_; }
  int onLws(lws* wsi, lws_callback_reasons reason, void* in, std::size_t len) override;

 private:
  StreamUser& user_;
  lws* wsi_ = nullptr;
  std::vector<std::string> peerNames_;
  bool fresh_ = true;  // nothing received yet
  bool finishing_ = false;
};

}  // namespace bridge
