// SPDX-License-Identifier: GPL-2.0-or-later
// Who waits for which name.
#include "bridge/resolver.h"

#include <ares.h>

#include <algorithm>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "bridge/address_policy.h"
#include "bridge/loop.h"
#include "bridge/name_lookup.h"

namespace bridge {

struct Resolver::State : std::enable_shared_from_this<State> {
  explicit State(Loop& theLoop) : loop(theLoop) {}

  struct Question {
    std::string host;
    std::uint16_t port = 0;
    Done done;
  };
  struct Asked {
    std::uint64_t since = 0;         // id of the first question
    std::vector<std::uint64_t> who;  // empty once the answer is on its way
    std::unique_ptr<NameLookup> lookup;
  };

  void ask(const std::string& host, std::uint64_t id);
  void giveWay();
  void deliver(std::uint64_t since, const std::string& host, const Resolved& result);
  void answer(std::uint64_t id, Resolved&& result);
  void cancel(std::uint64_t id);

  Loop& loop;
  ResolverOptions options;
  std::uint64_t lastId = 0;
  std::unordered_map<std::uint64_t, Question> questions;
  std::unordered_map<std::string, Asked> asked;
};

/// Begins the look-up. Its answer takes the way through the loop: it may come from inside the constructor, and whoever
/// hears it may do anything.
void Resolver::State::ask(const std::string& host, std::uint64_t id) {
  if (asked.size() >= options.most) giveWay();
  Asked& entry = asked[host];
  entry.since = id;
  entry.who.push_back(id);
  entry.lookup =
      std::make_unique<NameLookup>(loop, host, options, [weak = weak_from_this(), host, id](Resolved&& result) {
        const auto state = weak.lock();
        state->loop.post([weak, host, id, result = std::move(result)] {
          if (const auto self = weak.lock()) self->deliver(id, host, result);
        });
      });
}

/// A name with name servers that answer is through in a moment: the oldest is the one that has none.
void Resolver::State::giveWay() {
  const auto oldest = std::min_element(asked.begin(), asked.end(),
                                       [](const auto& a, const auto& b) { return a.second.since < b.second.since; });
  const std::vector<std::uint64_t> who = std::move(oldest->second.who);
  const std::string error =
      "cannot resolve " + oldest->first + ": too many names without an answer, given up for others";
  asked.erase(oldest);
  loop.post([weak = weak_from_this(), who, error] {
    const auto self = weak.lock();
    for (const std::uint64_t id : who)
      if (self) self->answer(id, Resolved{{}, error});
  });
}

void Resolver::State::deliver(std::uint64_t since, const std::string& host, const Resolved& result) {
  const auto found = asked.find(host);
  if (found == asked.end() || found->second.since != since) return;
  const std::vector<std::uint64_t> who = std::move(found->second.who);
  asked.erase(found);
  const auto self = shared_from_this();
  for (const std::uint64_t id : who) answer(id, Resolved(result));
}

void Resolver::State::answer(std::uint64_t id, Resolved&& result) {
  const auto found = questions.find(id);
  if (found == questions.end()) return;
  const Question question = std::move(found->second);
  questions.erase(found);
  for (NetAddress& address : result.addresses) address.setPort(question.port);
  loop.firewall().run(EventSource::Name, {}, [&] { question.done(std::move(result)); });
}

void Resolver::State::cancel(std::uint64_t id) {
  const auto found = questions.find(id);
  if (found == questions.end()) return;
  const Question question = std::move(found->second);  // what it owns may cancel others
  questions.erase(found);
  const auto entry = asked.find(question.host);
  if (entry == asked.end()) return;
  auto& who = entry->second.who;
  who.erase(std::remove(who.begin(), who.end(), id), who.end());
  if (who.empty()) asked.erase(entry);
}

Resolver::Resolver(Loop& loop) : state_(std::make_shared<State>(loop)) {
  if (const int status = ares_library_init(ARES_LIB_INIT_ALL); status != ARES_SUCCESS)
    throw std::runtime_error(std::string("cannot start c-ares: ") + ares_strerror(status));
}

Resolver::~Resolver() {
  state_->asked.clear();
  const auto forgotten = std::exchange(state_->questions, {});  // what they own may still call cancel()
  ares_library_cleanup();
}

void Resolver::setOptions(ResolverOptions options) { state_->options = std::move(options); }
void Resolver::cancel(std::uint64_t id) { state_->cancel(id); }
std::size_t Resolver::asking() const { return state_->asked.size(); }

std::uint64_t Resolver::resolve(const std::string& host, std::uint16_t port, Done done) {
  State& state = *state_;
  const std::uint64_t id = ++state.lastId;
  state.questions.emplace(id, State::Question{host, port, std::move(done)});
  if (auto literal = literalAddress(host)) {
    state.loop.post([weak = std::weak_ptr<State>(state_), id, address = *literal] {
      if (const auto self = weak.lock()) self->answer(id, Resolved{{address}, ""});
    });
  } else if (const auto found = state.asked.find(host); found != state.asked.end()) {
    found->second.who.push_back(id);
  } else {
    state.ask(host, id);
  }
  return id;
}

}  // namespace bridge
