namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>A file in an archive.</summary>
/// <param name="Name">With <c>/</c> between folders: relative, and nowhere outside of the archive.</param>
internal readonly record struct TarEntry(string Name, ReadOnlyMemory<byte> Content);
