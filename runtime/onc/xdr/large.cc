// Opaques that an encoder does not copy.
#include <onc/xdr/encoder.h>

#include <cassert>

namespace onc::xdr {

void Encoder::add_large(BytesView bytes, Bytes owned) {
  large_.pieces.push_back({written(), bytes, std::move(owned)});
  large_.size += bytes.size();
  const std::size_t pad = padding(bytes.size());
  std::memset(grow(pad), 0, pad);
}

std::vector<BytesView> Encoder::pieces() const {
  std::vector<BytesView> all;
  std::size_t begin = 0;
  for (const Large::Piece& piece : large_.pieces) {
    all.push_back(bytes().subspan(begin, piece.after - begin));
    all.push_back(piece.bytes);
    begin = piece.after;
  }
  if (begin != written()) all.push_back(bytes().subspan(begin));
  return all;
}

void Encoder::gather() {
  if (!has_large()) return;
  Encoder gathered;
  for (const BytesView piece : pieces()) gathered.raw(piece);
  gathered.large_.from = large_.from;
  *this = std::move(gathered);
}

std::size_t Encoder::forget_large(std::size_t size) {
  while (!large_.pieces.empty() && large_.pieces.back().after + large_.size > size) {
    const Large::Piece& last = large_.pieces.back();
    assert(size <= last.after + large_.size - last.bytes.size());
    large_.size -= last.bytes.size();
    large_.pieces.pop_back();
  }
  return size - large_.size;
}

}  // namespace onc::xdr
