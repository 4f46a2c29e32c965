#include "services/mutex/courier.h"

#include <algorithm>

namespace services::locks {

Parcel Courier::parcel() const {
  const auto count = std::min<std::size_t>(unsure_.size(), ::mutex::MAX_MESSAGES);
  const auto end = unsure_.begin() + static_cast<std::ptrdiff_t>(count);
  return {.group = 0, .to = 0, .view = view_, .who = self_, .first = first_unsure_, .messages = {unsure_.begin(), end}};
}

void Courier::taken(std::uint64_t next) {
  if (next > first_unsure_ + unsure_.size()) return;  // of what was never sent
  for (; first_unsure_ < next; ++first_unsure_) unsure_.pop_front();
}

std::vector<Message> Courier::open(const Parcel& parcel) {
  std::vector<Message> fresh;
  if (parcel.view != view_ || parcel.first > next_) return fresh;
  for (std::size_t i = next_ - parcel.first; i < parcel.messages.size(); ++i) fresh.push_back(parcel.messages[i]);
  next_ += fresh.size();
  return fresh;
}

}  // namespace services::locks
