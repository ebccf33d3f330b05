using System.Text.Json;

namespace Myeloma.Fhir.Patch.Json;

/// <summary>A JSON value that can be changed: text until it is looked into, its members afterwards. What is not changed is written as it was, white space included.</summary>
internal sealed class JsonPart
{
    /// <summary>Deeper than any limit for documents allows, since what was read is not to be judged here.</summary>
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 4_000 };

    private readonly ReadOnlyMemory<byte> text;
    private List<JsonMember>? members;
    private ReadOnlyMemory<byte> head, tail;

    /// <param name="json">One sound JSON value without white space around it.</param>
    public JsonPart(ReadOnlyMemory<byte> json) => text = json;

    public static JsonPart Null() => new("null"u8.ToArray());

    public static JsonPart EmptyObject() => new("{}"u8.ToArray());

    public static JsonPart EmptyArray() => new("[]"u8.ToArray());

    public bool IsObject => text.Span[0] == '{';
    public bool IsArray => text.Span[0] == '[';
    public bool IsNull => text.Span[0] == 'n';

    /// <summary>Whether a removal left a container without members.</summary>
    public bool WasEmptied { get; private set; }

    /// <summary>Whether it was looked into; only then can something below it have changed.</summary>
    public bool IsOpen => members is not null;

    /// <summary>The text of a scalar as written.</summary>
    public ReadOnlySpan<byte> Scalar => text.Span;

    /// <summary>Members of an object or items of an array, in order; empty for a scalar.</summary>
    public IReadOnlyList<JsonMember> Members => Opened();

    /// <returns>Null when there is no such property, and for what is no object.</returns>
    public JsonMember? Find(string name)
    {
        if (!IsObject) return null;
        foreach (var member in Opened())
            if (member.Name == name) return member;
        return null;
    }

    /// <summary>Gives a property a value; a new one comes last, or after the property <paramref name="after"/>.</summary>
    public void Set(string name, JsonPart value, string? after = null)
    {
        if (Find(name) is { } there)
        {
            there.Value = value;
            return;
        }

        var list = Opened();
        var at = after is null ? -1 : list.FindIndex(member => member.Name == after);
        list.Insert(at < 0 ? list.Count : at + 1, JsonMember.Of(name, value, list));
    }

    public void Insert(int index, JsonPart value)
    {
        var list = Opened();
        list.Insert(index, JsonMember.Of(null, value, list));
    }

    public void Remove(JsonMember member)
    {
        var list = Opened();
        list.Remove(member);
        WasEmptied = list.Count == 0;
    }

    /// <summary>Gives an array these items; one that is there already keeps the white space before it.</summary>
    public void SetItems(IReadOnlyList<JsonPart> items)
    {
        var list = Opened();
        var old = list.ToDictionary(member => member.Value);
        var made = new List<JsonMember>(items.Count);
        foreach (var item in items) made.Add(old.TryGetValue(item, out var known) ? known : JsonMember.Of(null, item, list));
        members = made;
        WasEmptied = made.Count == 0;
    }

    public long Length
    {
        get
        {
            if (members is null) return text.Length;
            long length = head.Length + tail.Length + Math.Max(0, members.Count - 1);
            foreach (var member in members) length += member.Length;
            return length;
        }
    }

    /// <summary>The same value, independent of this one.</summary>
    public JsonPart Copy() => new(ToArray());

    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        Write(bytes);
        return bytes;
    }

    private int Write(Span<byte> target)
    {
        if (members is null)
        {
            text.Span.CopyTo(target);
            return text.Length;
        }

        head.Span.CopyTo(target);
        var at = head.Length;
        for (var index = 0; index < members.Count; index++)
        {
            if (index > 0) target[at++] = (byte)',';
            var member = members[index];
            at += Put(member.Lead.Span, target[at..]);
            at += Put(member.RawName.Span, target[at..]);
            at += Put(member.Colon.Span, target[at..]);
            at += member.Value.Write(target[at..]);
            at += Put(member.Trail.Span, target[at..]);
        }

        return at + Put(tail.Span, target[at..]);
    }

    private static int Put(ReadOnlySpan<byte> bytes, Span<byte> target)
    {
        bytes.CopyTo(target);
        return bytes.Length;
    }

    private List<JsonMember> Opened()
    {
        if (members is not null) return members;
        members = [];
        if (!IsObject && !IsArray)
        {
            head = text;
            return members;
        }

        var reader = new Utf8JsonReader(text.Span, Options);
        reader.Read();
        head = text[..1];
        var end = 1;
        var isObject = IsObject;
        while (reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
        {
            var member = new JsonMember();
            var start = (int)reader.TokenStartIndex;
            Separate(member, end, start);
            if (isObject)
            {
                member.Name = reader.GetString();
                var nameEnd = start + reader.ValueSpan.Length + 2;
                member.RawName = text[start..nameEnd];
                reader.Read();
                start = (int)reader.TokenStartIndex;
                member.Colon = text[nameEnd..start];
            }

            reader.Skip();
            end = (int)reader.BytesConsumed;
            member.Value = new JsonPart(text[start..end]);
            members.Add(member);
        }

        tail = text[end..];
        return members;
    }

    /// <summary>What stands between two members: white space of the first, the comma, white space of the second.</summary>
    private void Separate(JsonMember member, int from, int to)
    {
        var between = text[from..to];
        if (members!.Count > 0)
        {
            var comma = between.Span.IndexOf((byte)',');
            members[^1].Trail = between[..comma];
            between = between[(comma + 1)..];
        }

        member.Lead = between;
    }
}

/// <summary>A property of an object or an item of an array.</summary>
internal sealed class JsonMember
{
    private static readonly byte[] PlainColon = ":"u8.ToArray();

    /// <summary>Null for an item of an array.</summary>
    public string? Name { get; set; }

    public JsonPart Value { get; set; } = null!;

    /// <summary>White space before the member, and after it up to the comma; the name with its quotes, the colon with white space around it.</summary>
    public ReadOnlyMemory<byte> Lead { get; set; }

    public ReadOnlyMemory<byte> Trail { get; set; }

    public ReadOnlyMemory<byte> RawName { get; set; }

    public ReadOnlyMemory<byte> Colon { get; set; }

    public long Length => Lead.Length + RawName.Length + Colon.Length + Value.Length + Trail.Length;

    /// <summary>A new member, laid out like those that are there.</summary>
    public static JsonMember Of(string? name, JsonPart value, List<JsonMember> siblings)
    {
        var model = siblings.Count > 0 ? siblings[^1] : null;
        return new JsonMember
        {
            Name = name,
            Value = value,
            Lead = model?.Lead ?? default,
            RawName = name is null ? default : JsonSerializer.SerializeToUtf8Bytes(name),
            Colon = name is null ? default : model is { Colon.Length: > 0 } ? model.Colon : PlainColon,
        };
    }
}
