// Many pieces of one file at once, each on a connection of its own.
#pragma once

#include "services/file/client/connection.h"

#include <cstdint>
#include <functional>

namespace services::files {

inline constexpr std::uint64_t piece_size = file::MAX_DATA;
// Under way at once: no piece begins before the one so many before it is through. Who goes on later with a file of
// which `size` bytes were there lets so many pieces go for lost.
inline constexpr std::uint64_t window = 4;

// Calls `move(client, offset, count)` for every piece between `begin`, a multiple of piece_size, and `size`, on several
// threads. The first exception ends it and is thrown.
using MovePiece = std::function<void(Client&, std::uint64_t offset, std::size_t count)>;
void move_pieces(Session& session, std::uint64_t begin, std::uint64_t size, const MovePiece& move);

// Where to go on with a file of which `size` bytes were there.
std::uint64_t resume_at(std::uint64_t size);

}  // namespace services::files
