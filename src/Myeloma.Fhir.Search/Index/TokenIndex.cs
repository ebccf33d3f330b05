using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Index;

/// <summary>Coding, CodeableConcept, Identifier, ContactPoint and the primitives that are codes. https://hl7.org/fhir/R4/search.html#token</summary>
internal static class TokenIndex
{
    public static void Add(SearchParameter parameter, Item value, RowBuilder rows)
    {
        if (!value.IsElement)
        {
            rows.Token(parameter.Id, null, value.Text);
            return;
        }

        var element = value.Element;
        switch (element.Type.Name)
        {
            case "Coding": AddCoding(parameter, element, rows); break;
            case "CodeableConcept": AddConcept(parameter, element, rows); break;
            case "Identifier": AddIdentifier(parameter, element, rows); break;
            case "ContactPoint": rows.Token(parameter.Id, null, element.TextOf("value")); break;
            case "Money": rows.Token(parameter.Id, "urn:iso:std:iso:4217", element.TextOf("currency")); break;
            case "Quantity": rows.Token(parameter.Id, element.TextOf("system"), element.TextOf("code")); break;
            default:
                if (element.IsPrimitive) AddPrimitive(parameter.Id, element, rows);
                else AddBareConcept(parameter, element, rows);
                break;
        }
    }

    /// <summary>For <c>:identifier</c> of a reference.</summary>
    public static void AddIdentifierValue(int parameterId, Element identifier, RowBuilder rows)
    {
        if (identifier.TextOf("value") is { } text) rows.Token(parameterId, identifier.TextOf("system"), text);
    }

    private static void AddCoding(SearchParameter parameter, Element coding, RowBuilder rows)
    {
        rows.Token(parameter.Id, coding.TextOf("system"), coding.TextOf("code"));
        rows.String(parameter.TextId, coding.TextOf("display"));
    }

    private static void AddConcept(SearchParameter parameter, Element concept, RowBuilder rows)
    {
        foreach (var coding in concept.Children("coding")) AddCoding(parameter, coding, rows);
        rows.String(parameter.TextId, concept.TextOf("text"));
    }

    private static void AddIdentifier(SearchParameter parameter, Element identifier, RowBuilder rows)
    {
        rows.Token(parameter.Id, identifier.TextOf("system"), identifier.TextOf("value"));
        if (identifier.Child("type") is not { } type) return;
        rows.String(parameter.TextId, type.TextOf("text"));
        foreach (var coding in type.Children("coding"))
            rows.TypedIdentifier(parameter.Id, coding.TextOf("system"), coding.TextOf("code"), identifier.TextOf("value"));
    }

    /// <summary>A code says its system by its binding: it is found with it and without it.</summary>
    private static void AddPrimitive(int parameterId, Element element, RowBuilder rows)
    {
        if (element.Text is not { Length: > 0 } code) return;
        rows.Token(parameterId, null, code);
        if (element.Property?.Element.Binding is not { Strength: BindingStrength.Required, Codes: { } codes } || !codes.Contains(code)) return;
        foreach (var member in codes.Members)
            if (member.Code == code) rows.Token(parameterId, member.System, code);
    }

    /// <summary>Backbone elements that an expression of R4 ends at by oversight have their code one level below.</summary>
    private static void AddBareConcept(SearchParameter parameter, Element element, RowBuilder rows)
    {
        foreach (var name in (ReadOnlySpan<string>)["concept", "code"])
            if (element.Child(name) is { } concept && concept.Type.Name == "CodeableConcept") AddConcept(parameter, concept, rows);
    }
}
