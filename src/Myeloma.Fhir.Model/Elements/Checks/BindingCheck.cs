using System.Text;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Elements.Checks;

/// <summary>Codes outside a required binding whose value set the definitions enumerate. https://hl7.org/fhir/R4/terminologies.html#required</summary>
internal static class BindingCheck
{
    /// <summary>Members named in a message.</summary>
    private const int NamedMembers = 12;

    /// <summary>A value of type code (or string, uri): the binding implies its system.</summary>
    public static void Code(FaultList faults, ResourceDocument document, int node, PropertySchema property)
    {
        if (property.Element.Binding is not { Strength: BindingStrength.Required, Codes: { } codes }) return;
        var raw = document.RawOf(node);
        var isMember = document.Nodes[node].Escaped ? codes.Contains(Text(document, node)) : codes.Contains(raw);
        if (!isMember) faults.Add(IssueType.CodeInvalid, "code-not-in-value-set", node, Words($"'{Text(document, node)}'", property, codes));
    }

    /// <summary>A Coding, or at least one coding of a CodeableConcept.</summary>
    public static void Concept(FaultList faults, ResourceDocument document, int container, PropertySchema property)
    {
        if (property.Element.Binding is not { Strength: BindingStrength.Required, Codes: { } codes }) return;
        switch (property.Type.Name)
        {
            case "Coding":
                if (!IsMember(document, container, codes)) faults.Add(IssueType.CodeInvalid, "code-not-in-value-set", container, Words("This coding", property, codes));
                return;

            case "CodeableConcept":
                var coding = document.FindProperty(container, "coding"u8);
                if (coding < 0 && document.FindProperty(container, "extension"u8) >= 0) return;
                if (coding >= 0 && document.Nodes[coding].Kind != JsonKind.Array) return;
                if (coding >= 0 && AnyMember(document, coding, codes)) return;
                faults.Add(IssueType.CodeInvalid, "code-not-in-value-set", container, Words(coding < 0 ? "A text without a coding" : "None of the codings", property, codes));
                return;
        }
    }

    private static bool AnyMember(ResourceDocument document, int array, RequiredCodes codes)
    {
        var item = array + 1;
        for (var left = document.Nodes[array].Count; left > 0; left--, item = document.Nodes[item].Next)
            if (document.Nodes[item].Kind == JsonKind.Object && IsMember(document, item, codes)) return true;
        return false;
    }

    private static bool IsMember(ResourceDocument document, int coding, RequiredCodes codes)
    {
        var system = document.FindProperty(coding, "system"u8);
        var code = document.FindProperty(coding, "code"u8);
        if (system < 0 || code < 0) return false;
        if (document.Nodes[system].Escaped || document.Nodes[code].Escaped) return codes.Contains(Text(document, system), Text(document, code));
        return codes.Contains(document.RawOf(system), document.RawOf(code));
    }

    private static string Words(string what, PropertySchema property, RequiredCodes codes)
    {
        var members = codes.Members.Count <= NamedMembers ? $" ({string.Join(", ", codes.Members.Select(member => member.Code))})" : "";
        return $"{what} is not in the value set {property.Element.Binding!.ValueSet}{members}, which '{property.JsonName}' must take its code from.";
    }

    private static string Text(ResourceDocument document, int node)
    {
        var raw = document.RawOf(node);
        if (!document.Nodes[node].Escaped) return Encoding.UTF8.GetString(raw);
        var plain = new byte[raw.Length];
        return Encoding.UTF8.GetString(plain, 0, JsonText.Unescape(raw, plain));
    }
}
