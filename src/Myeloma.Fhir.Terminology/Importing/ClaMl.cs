using System.Xml;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>A classification in the Classification Markup Language (EN 14463): classes with their superclasses and rubrics.</summary>
/// <remarks>Chapters and blocks group and can't be chosen. Labels of rubrics keep their language; the first preferred one is the display.</remarks>
internal sealed class ClaMl : ReleaseFormat
{
    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null, IgnoreWhitespace = false, MaxCharactersFromEntities = 0 };

    public override string Name => "claml";

    public override bool Recognizes(ReleaseFiles files) => files.Find(name => IsXml(name) && IsClaMl(files, name)) is not null;

    public override CodeSystemSource Read(ReleaseFiles files, ReleaseOptions options, IProgress<ReleaseProgress>? progress, CancellationToken cancellationToken)
    {
        var file = GetFile(files, name => IsXml(name) && IsClaMl(files, name), "an XML file with the root ClaML");
        var url = options.Url ?? throw new FhirException(Issue.Required("ClaML does not tell the canonical URL of the classification; name it."));
        var concepts = new ConceptCollection(StringComparer.Ordinal);
        string? title = null, version = null;
        try
        {
            using var reader = XmlReader.Create(files.Open(file), Settings);
            while (reader.Read())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (reader.NodeType != XmlNodeType.Element) continue;
                if (reader.LocalName == "Title") (version, title) = (reader.GetAttribute("version"), Text(reader));
                else if (reader.LocalName == "Class" && reader.GetAttribute("code") is { } code) ReadClass(reader, concepts[code]);
            }
        }
        catch (XmlException fault)
        {
            throw new FhirException(Issue.Structure(FormattableString.Invariant($"{file}, line {fault.LineNumber}: it is no well-formed XML.")));
        }

        progress?.Report(new ReleaseProgress(file, concepts.Count));
        return new CodeSystemSource(url, options.Version ?? version, "complete", concepts.Sources(Name))
        {
            Title = title, Status = "active", CaseSensitive = true, HierarchyMeaning = "classified-with",
            Properties = [new("kind", null, "code"), new("notSelectable", "http://hl7.org/fhir/concept-properties#notSelectable", "boolean")],
        };
    }

    private static bool IsXml(string name) => name.EndsWith(".xml", StringComparison.OrdinalIgnoreCase);

    private static bool IsClaMl(ReleaseFiles files, string name)
    {
        try
        {
            using var reader = XmlReader.Create(files.Open(name), Settings);
            return reader.MoveToContent() == XmlNodeType.Element && reader.LocalName == "ClaML";
        }
        catch (XmlException)
        {
            return false;
        }
    }

    private static void ReadClass(XmlReader reader, ConceptCollection.Entry concept)
    {
        var kind = reader.GetAttribute("kind") ?? "";
        concept.Add("kind", "code", kind);
        if (kind is "chapter" or "block") concept.Add("notSelectable", "boolean", "true");
        using var inner = reader.ReadSubtree();
        var rubric = "";
        while (inner.Read())
        {
            if (inner.NodeType != XmlNodeType.Element) continue;
            if (inner.LocalName == "SuperClass" && inner.GetAttribute("code") is { } parent) concept.Parents.Add(parent);
            else if (inner.LocalName == "Rubric") rubric = inner.GetAttribute("kind") ?? "";
            else if (inner.LocalName == "Label") AddLabel(concept, rubric, inner.GetAttribute("xml:lang"), Text(inner));
        }
    }

    private static void AddLabel(ConceptCollection.Entry concept, string rubric, string? language, string text)
    {
        if (text.Length == 0) return;
        if (rubric == "preferred" && concept.Display is null) concept.Display = text;
        else if (rubric == "definition" && concept.Definition is null) concept.Definition = text;
        else concept.Designations.Add(new Designation(language, new ConceptUse(null, rubric, null), text));
    }

    /// <summary>The text of an element and all it holds, its white space as single spaces.</summary>
    private static string Text(XmlReader reader)
    {
        if (reader.IsEmptyElement) return "";
        var words = new List<string>();
        using var inner = reader.ReadSubtree();
        while (inner.Read())
            if (inner.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace) words.Add(inner.Value);
        return string.Join(' ', string.Concat(words).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
