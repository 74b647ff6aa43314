import ArgumentParser
import SampleSupport
import Sluice
import SluiceFraming
import SluiceRateLimiting

/// A room in which everybody reads what anybody writes, a line at a time.
@main
struct LineChat: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "line-chat", abstract: "A room for people with nc.", discussion: "Try it, twice: nc 127.0.0.1 7070")

  @Argument(help: "Where to listen.") var address = "127.0.0.1:7070"
  @Option(help: "What all of them together may send, such as 64KiB/s.") var rate = "64KiB/s"

  // The loop runs on this thread, and nothing waits for the main actor.
  nonisolated func run() throws {
    guard let address = SocketAddress(address) else { throw ValidationError("\(address) is no address") }
    let base = EventBase()
    let room = try Room(on: base, rate: ByteRate(rate))
    let listener = try base.listen(at: address) { client, peer in
      do { try room.enter(client, peer?.description ?? "somebody") } catch { client.abort() }
    }
    say("line-chat listens at \(listener.address)")
    try base.run()
  }
}

/// Who is there.
final class Room {
  private var members: [ObjectIdentifier: Member] = [:]
  /// Nobody can talk the others down: all share what the room takes in, and in fair turns.
  private let group: RateLimitGroup
  private static let format = FrameFormat.lines(longest: 1_000)

  private final class Member {
    let event: BufferEvent
    var name: String
    var reader = FrameReader(Room.format)

    init(_ event: BufferEvent, _ name: String) { (self.event, self.name) = (event, name) }
  }

  init(on base: EventBase, rate: ByteRate) throws {
    group = RateLimitGroup(on: base, try RateLimit(reading: .init(rate)))
  }

  func enter(_ client: BufferEvent, _ name: String) throws {
    let event = try client.limited(by: group)
    let member = Member(event, name)
    members[ObjectIdentifier(event)] = member
    event.onRead = { [unowned self, unowned member] _ in read(member) }
    event.onEvent = { [unowned self, unowned member] _, _ in leave(member) }
    tell("* \(name) is here (\(members.count) in all)")
  }

  private func read(_ member: Member) {
    do {
      while var line = try member.event.readFrame(with: &member.reader) {
        tell("\(member.name): \(line.readString())", except: member)
      }
    } catch {
      member.event.write("* \(error)\r\n")
      leave(member)
    }
  }

  private func tell(_ line: String, except speaker: Member? = nil) {
    for member in Array(members.values) where member !== speaker {
      // Who does not read is not waited for, nor remembered for ever.
      if member.event.writeRoom <= 0 { leave(member) } else { member.event.write(line + "\r\n") }
    }
  }

  private func leave(_ member: Member) {
    guard members.removeValue(forKey: ObjectIdentifier(member.event)) != nil else { return }
    member.event.close(within: .seconds(5))
    tell("* \(member.name) is gone")
  }
}
