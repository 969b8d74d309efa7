// SPDX-License-Identifier: GPL-2.0-or-later
// An accepted connection as a stream of bytes: plain TCP straight on the loop, TLS by libwebsockets' raw-skt role.
#pragma once

#include <ev.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/door_mistake.h"
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
  /// Not what this port speaks, or a handshake that came to nothing; the connection ends.
  virtual void onMistake(DoorMistake what) = 0;
  /// The connection is over: the last event, once; also from inside drop().
  virtual void onGone() = 0;
  /// Kept by the stream while it delivers an event.
  virtual std::shared_ptr<void> hold() = 0;
  /// Who it is for the log, valid while it lives. What it throws in an event ends its connection (C6).
  virtual std::string_view leg() const = 0;

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
  /// The same with a text that others send, too: what the socket does not take is kept without a copy.
  virtual bool writeShared(const std::shared_ptr<const std::string>& text) = 0;
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

/// What is left to send of a shared text.
struct SharedRest {
  std::shared_ptr<const std::string> text;  // null = nothing
  std::size_t sent = 0;
  std::string_view view() const { return text ? std::string_view(*text).substr(sent) : std::string_view(); }
  /// So much more of it is sent.
  void advance(std::size_t bytes) {
    sent += bytes;
    if (text && sent >= text->size()) *this = SharedRest();
  }
};

/// libwebsockets is not asked here: for each socket that comes and goes it looks at all others (docs/decisions.md).
class PlainStream final : public Stream {
 public:
  /// Takes over a non-blocking socket. `buffer` is where bytes are received; streams of one loop may share it.
  PlainStream(Loop& loop, int socket, StreamUser& user, std::string& buffer);
  ~PlainStream() override;

  bool open() const override { return socket_ >= 0; }
  bool write(std::string_view bytes) override;
  bool writeShared(const std::shared_ptr<const std::string>& text) override;
  bool unsent() const override { return !unsent_.empty() || rest_.text; }
  void setReading(bool on) override;
  void finish() override;
  void drop() override;
  void reset() override;

 private:
  void onEvent(int events);
  void onReadable();
  void flush();
  std::optional<std::size_t> sendSome(std::string_view bytes);
  void watch(int events);
  void close();

  Loop& loop_;
  StreamUser& user_;
  std::string& buffer_;
  ev_io watch_{};
  int socket_;
  bool finishing_ = false;
  std::string unsent_;
  SharedRest rest_;  // behind unsent_
};

class TlsServer;

/// Looks at the first byte before libwebsockets gets the socket: what is no TLS is told what this port is, and of
/// handshakes, which are work for strangers, only a few begin in one turn of the loop (C2).
class TlsStream final : public Stream, public LwsSink {
 public:
  /// Takes over a non-blocking socket.
  TlsStream(TlsServer& server, int socket, StreamUser& user);
  ~TlsStream();

  bool open() const override { return wsi_ != nullptr || socket_ >= 0; }
  bool write(std::string_view bytes) override;
  bool writeShared(const std::shared_ptr<const std::string>& text) override;
  bool unsent() const override { return wsi_ != nullptr && (lws_partial_buffered(wsi_) != 0 || rest_.text); }
  void setReading(bool on) override;
  void finish() override;
  void drop() override;
  std::vector<std::string> peerNames() const override { return peerNames_; }
  int onLws(lws* wsi, lws_callback_reasons reason, void* in, std::size_t len) override;

 private:
  void onFirst(int events);
  void refusePlain();
  void adopt();
  void closeSocket();
  bool writeRest();
  template <class Event>
  int guarded(Event&& event);

  TlsServer& server_;
  StreamUser& user_;
  int socket_;        // until libwebsockets has it
  int adopted_ = -1;  // from then on
  ev_io first_{};
  lws* wsi_ = nullptr;
  std::vector<std::string> peerNames_;
  bool fresh_ = true;  // nothing received yet
  bool finishing_ = false;
  bool dropped_ = false;  // by us
  bool gone_ = false;     // the user knows that it is over
  SharedRest rest_;
};

}  // namespace bridge
