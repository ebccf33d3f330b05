using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Json;

namespace Myeloma.Fhir.Patch.Difference;

/// <summary>Whether two elements say the same: the order of properties makes no difference, the order of lists and the digits of numbers do.</summary>
internal sealed class ElementIdentity
{
    private readonly Dictionary<Element, string> texts = [];

    public bool Same(Element left, Element right) => Of(left) == Of(right);

    /// <summary>A text that is equal for elements that say the same, and for no others.</summary>
    public string Of(Element element)
    {
        if (texts.TryGetValue(element, out var known)) return known;
        var text = new StringBuilder();
        Write(element, text);
        return texts[element] = text.ToString();
    }

    private static void Write(Element element, StringBuilder text)
    {
        text.Append(element.Property?.JsonName ?? "").Append(':').Append(element.Type.Name);
        if (element.HasValue)
        {
            var value = element.Text!;
            text.Append(element.Kind == JsonKind.String ? '"' : '=').Append(value.Length).Append(' ').Append(value);
        }

        text.Append('{');
        foreach (var child in element.Children().ToList().OrderBy(child => child.Property!.JsonName, StringComparer.Ordinal)) Write(child, text);
        text.Append('}');
    }
}
