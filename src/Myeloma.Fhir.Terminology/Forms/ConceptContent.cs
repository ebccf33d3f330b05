using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Forms;

/// <summary>The concepts of code systems that do not travel in a resource, which names them by a hash of what they say.</summary>
/// <remarks>src/decisions/concept-tables.md</remarks>
public static class ConceptContent
{
    /// <summary>The extension of a CodeSystem with the hash of its concepts.</summary>
    public const string Extension = "http://myeloma-fhir.org/fhir/StructureDefinition/concept-content";

    /// <returns>The hash that a CodeSystem names; null for one that has its concepts in itself.</returns>
    public static string? HashOf(Element codeSystem) => CodeSystemReading.ExtensionText(codeSystem, Extension);

    /// <summary>Whether the concepts of a resource have to be looked for elsewhere.</summary>
    public static bool IsElsewhere(ResourceDocument document) => document.ResourceType == "CodeSystem" && HashOf(document.Root) is not null;

    /// <summary>SHA-256 of all that the concepts say and of their order, as lower-case hexadecimal.</summary>
    public static string Hash(IReadOnlyList<ConceptSource> concepts)
    {
        using var hash = new Feed();
        foreach (var concept in concepts)
        {
            hash.Add(concept.Code, concept.Display, concept.Definition);
            hash.Add(concept.Parent);
            hash.Add(concept.FurtherParents.Count);
            foreach (var parent in concept.FurtherParents) hash.Add(parent);
            hash.Add(concept.Designations.Count);
            foreach (var (language, use, value, status) in concept.Designations) hash.Add(language, use?.System, use?.Code, use?.Display, value, status);
            hash.Add(concept.Properties.Count);
            foreach (var property in concept.Properties)
            {
                hash.Add(property.Code, property.Kind, property.Value, property.System, property.Display);
                if (property.Group is { } group) hash.Add(group);
            }

            hash.Add(concept.Extensions.Count);
            foreach (var (url, json) in concept.Extensions) hash.Add(url, json);
        }

        return hash.End();
    }

    /// <summary>Texts and numbers, each so that none can be taken for another, on their way to the hash.</summary>
    private sealed class Feed : IDisposable
    {
        private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private byte[] room = new byte[1 << 16];
        private int length;

        public void Add(params ReadOnlySpan<string?> texts)
        {
            foreach (var text in texts)
            {
                if (text is null)
                {
                    Add(-1);
                    continue;
                }

                Add(text.Length);
                Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
                length += Encoding.UTF8.GetBytes(text, room.AsSpan(length));
            }
        }

        public void Add(int number)
        {
            Reserve(4);
            BinaryPrimitives.WriteInt32LittleEndian(room.AsSpan(length), number);
            length += 4;
        }

        public string End()
        {
            hash.AppendData(room.AsSpan(0, length));
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }

        public void Dispose() => hash.Dispose();

        private void Reserve(int bytes)
        {
            if (room.Length - length >= bytes) return;
            hash.AppendData(room.AsSpan(0, length));
            length = 0;
            if (room.Length < bytes) room = new byte[bytes];
        }
    }
}
